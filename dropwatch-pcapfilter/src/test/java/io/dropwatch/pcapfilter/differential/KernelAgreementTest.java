package io.dropwatch.pcapfilter.differential;

import static org.junit.jupiter.api.Assertions.fail;

import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.kernel.KernelPacket;
import io.dropwatch.pcapfilter.kernel.KernelPacket.Base;
import io.dropwatch.pcapfilter.kernel.KernelVerdicts;
import io.dropwatch.pcapfilter.packet.SamplePacket;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The generated eBPF, run in the kernel by BPF_PROG_TEST_RUN, against the JVM's verdict, which is
 * compared with libpcap's first. The expressions of common.txt run over the full corpus, the others
 * over a sample of it.
 */
@Tag("live")
class KernelAgreementTest {
  private static final List<KernelPacket> ETHERNET_FULL =
      kernelPackets(Corpora.full(LinkType.ETHERNET), Base.MAC);
  private static final List<KernelPacket> ETHERNET_SAMPLE =
      kernelPackets(Corpora.sample(LinkType.ETHERNET), Base.MAC);
  private static final List<KernelPacket> RAW_IP_FULL =
      kernelPackets(Corpora.full(LinkType.RAW_IP), Base.NETWORK);
  private static final List<KernelPacket> RAW_IP_SAMPLE =
      kernelPackets(Corpora.sample(LinkType.RAW_IP), Base.NETWORK);

  static Stream<ListedExpression> common() {
    return ListedExpression.read("common.txt").stream();
  }

  static Stream<ListedExpression> table() {
    return ListedExpression.read("table.txt").stream();
  }

  @ParameterizedTest
  @MethodSource("common")
  void commonFilters_ethernet_haveLibpcapsVerdicts(ListedExpression expression) {
    agree(expression, LinkType.ETHERNET, Corpora.full(LinkType.ETHERNET), Base.MAC, ETHERNET_FULL);
  }

  @ParameterizedTest
  @MethodSource("common")
  void commonFilters_rawIp_haveLibpcapsVerdicts(ListedExpression expression) {
    agree(expression, LinkType.RAW_IP, Corpora.full(LinkType.RAW_IP), Base.NETWORK, RAW_IP_FULL);
  }

  @ParameterizedTest
  @MethodSource("table")
  void table_ethernet_hasLibpcapsVerdicts(ListedExpression expression) {
    agree(
        expression,
        LinkType.ETHERNET,
        Corpora.sample(LinkType.ETHERNET),
        Base.MAC,
        ETHERNET_SAMPLE);
  }

  @ParameterizedTest
  @MethodSource("table")
  void table_rawIp_hasLibpcapsVerdicts(ListedExpression expression) {
    agree(
        expression, LinkType.RAW_IP, Corpora.sample(LinkType.RAW_IP), Base.NETWORK, RAW_IP_SAMPLE);
  }

  private static void agree(
      ListedExpression expression,
      LinkType link,
      List<SamplePacket> packets,
      Base base,
      List<KernelPacket> kernelPackets) {
    PcapFilter filter = Agreement.jvmAndLibpcap(expression, link, packets);
    if (filter == null) {
      return;
    }
    BitSet accepted = KernelVerdicts.of(filter.ebpf().toBytes(), base, kernelPackets);
    for (int i = 0; i < packets.size(); i++) {
      SamplePacket packet = packets.get(i);
      boolean expected = filter.matches(packet.bytes(), packet.wireLength());
      if (expected != accepted.get(i)) {
        fail(
            Agreement.difference(expression.ours(), link, packet, "the JVM", expected, "the kernel")
                + "\n"
                + filter.ebpf());
      }
    }
  }

  static List<KernelPacket> kernelPackets(List<SamplePacket> packets, Base base) {
    return packets.stream().map(packet -> KernelPacket.of(packet, base)).toList();
  }
}
