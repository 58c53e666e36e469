package io.dropwatch.pcapfilter.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.kernel.KernelPacket;
import io.dropwatch.pcapfilter.kernel.KernelPacket.Base;
import io.dropwatch.pcapfilter.kernel.KernelVerdicts;
import io.dropwatch.pcapfilter.packet.SamplePacket;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Filters that nearly fill the slot: the verifier takes them, and the kernel's verdicts hold. */
@Tag("live")
class LargeFiltersInKernelTest {
  @ParameterizedTest
  @EnumSource(LinkType.class)
  void largeFilters_passTheVerifierWithTheJvmsVerdicts(LinkType link) {
    for (String expression :
        List.of(
            joined(64, i -> "host 10.0.0." + (i + 1)),
            joined(64, i -> "host 2001:db8::" + Integer.toHexString(i + 1)),
            joined(40, i -> "net 10.%d.0.0/%d".formatted(i, 16 + i % 9)),
            joined(200, i -> "tcp port " + (80 + 3 * i)),
            joined(20, i -> "udp portrange %d-%d".formatted(1000 + 20 * i, 1010 + 20 * i)),
            joined(60, i -> "portrange %d-%d".formatted(1000 + 20 * i, 1010 + 20 * i)),
            joined(
                300,
                i -> "portrange %d-%d".formatted(100 * (i * 7 % 300), 100 * (i * 7 % 300) + 50)),
            "not "
                + joined(60, i -> "tcp src portrange %d-%d".formatted(20 * i, 20 * i + 10))
                    .replace(" or ", " and not "),
            joined(950, i -> "host 10.0.%d.%d".formatted(i / 250, i % 250 + 1)),
            "protochain 6",
            "not (ip6 protochain 58)",
            "protochain 6 or protochain 17",
            "protochain 6 and not protochain 17",
            "protochain 6 or protochain 17 or protochain 58 or protochain 132")) {
      agree(expression, link);
    }
  }

  private static void agree(String expression, LinkType link) {
    PcapFilter filter = PcapFilter.compile(expression, link);
    int size = filter.ebpf().size();
    assertTrue(size <= KernelVerdicts.SLOT, () -> size + " instructions for " + expression);
    List<SamplePacket> packets = Corpora.sample(link);
    Base base = link == LinkType.ETHERNET ? Base.MAC : Base.NETWORK;
    List<KernelPacket> inKernel = KernelAgreementTest.kernelPackets(packets, base);
    BitSet expected = new BitSet();
    for (int i = 0; i < packets.size(); i++) {
      SamplePacket packet = packets.get(i);
      expected.set(i, filter.matches(packet.bytes(), packet.wireLength()));
    }
    assertEquals(
        expected,
        KernelVerdicts.of(filter.ebpf().toBytes(), base, inKernel),
        () -> "packets that \"%s\" matches on %s".formatted(expression, link));
  }

  private static String joined(int count, IntFunction<String> term) {
    return IntStream.range(0, count).mapToObj(term).collect(Collectors.joining(" or "));
  }
}
