package io.dropwatch.pcapfilter.differential;

import static org.junit.jupiter.api.Assertions.fail;

import io.dropwatch.pcapfilter.Filter;
import io.dropwatch.pcapfilter.FilterSyntaxException;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.SkbFilter;
import io.dropwatch.pcapfilter.SkbPacket;
import io.dropwatch.pcapfilter.kernel.KernelPacket;
import io.dropwatch.pcapfilter.kernel.KernelPacket.Base;
import io.dropwatch.pcapfilter.kernel.KernelVerdicts;
import io.dropwatch.pcapfilter.packet.SamplePacket;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import org.jspecify.annotations.Nullable;

/**
 * Generated expressions in the kernel: every accepted filter passes the verifier, and the kernel's
 * verdict is the JVM's. On bytes alone, so is that of the classic program on a socket.
 */
@Tag("live")
class GeneratedExpressionsInKernelTest {
  /** A load into the kernel takes some 20 ms. */
  private static final int TRIES = 200;

  private static final List<SamplePacket> ETHERNET = few(LinkType.ETHERNET);
  private static final List<SamplePacket> RAW_IP = few(LinkType.RAW_IP);
  private static final List<SkbPacket> SKB = Skbs.samples(ETHERNET, RAW_IP);

  private static final List<KernelPacket> ETHERNET_IN_KERNEL =
      KernelAgreementTest.kernelPackets(ETHERNET, Base.MAC);
  private static final List<KernelPacket> RAW_IP_IN_KERNEL =
      KernelAgreementTest.kernelPackets(RAW_IP, Base.NETWORK);
  private static final List<KernelPacket> SKB_IN_KERNEL = SKB.stream().map(Skbs::inKernel).toList();

  @Provide
  Arbitrary<String> expressions() {
    return ExpressionArbitraries.expressions(EnumSet.allOf(Vocabulary.class));
  }

  @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
  void ethernet(@ForAll("expressions") String expression) {
    PcapFilter filter = fitting(() -> PcapFilter.compile(expression, LinkType.ETHERNET));
    if (filter != null) {
      agree(
          expression,
          KernelVerdicts.of(filter.ebpf().toBytes(), Base.MAC, ETHERNET_IN_KERNEL),
          ETHERNET.size(),
          i -> filter.matches(ETHERNET.get(i).bytes(), ETHERNET.get(i).wireLength()),
          i -> ETHERNET.get(i).toString());
      ClassicInKernelTest.agree(filter, ETHERNET);
    }
  }

  @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
  void rawIp(@ForAll("expressions") String expression) {
    PcapFilter filter = fitting(() -> PcapFilter.compile(expression, LinkType.RAW_IP));
    if (filter != null) {
      agree(
          expression,
          KernelVerdicts.of(filter.ebpf().toBytes(), Base.NETWORK, RAW_IP_IN_KERNEL),
          RAW_IP.size(),
          i -> filter.matches(RAW_IP.get(i).bytes(), RAW_IP.get(i).wireLength()),
          i -> RAW_IP.get(i).toString());
      ClassicInKernelTest.agree(filter, RAW_IP);
    }
  }

  @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
  void skb(@ForAll("expressions") String expression) {
    SkbFilter filter = fitting(() -> SkbFilter.compile(expression));
    if (filter != null) {
      agree(
          expression,
          KernelVerdicts.of(filter.ebpf().toBytes(), Base.NETWORK, SKB_IN_KERNEL),
          SKB.size(),
          i -> filter.matches(SKB.get(i)),
          i -> SKB.get(i).toString());
    }
  }

  /**
   * Returns the filter; null if it is refused ({@link GeneratedExpressionsTest} checks that) or
   * does not fit into the slot, as five {@code protochain} do not.
   */
  private static <F extends Filter> @Nullable F fitting(Supplier<F> compile) {
    try {
      F filter = compile.get();
      return filter.ebpf().size() > KernelVerdicts.SLOT ? null : filter;
    } catch (FilterSyntaxException _) {
      return null;
    }
  }

  private static void agree(
      String expression,
      BitSet kernel,
      int packets,
      IntPredicate jvm,
      IntFunction<String> description) {
    for (int i = 0; i < packets; i++) {
      if (jvm.test(i) != kernel.get(i)) {
        fail(
            "\"%s\": the kernel says %s, the JVM does not. Packet: %s"
                .formatted(expression, kernel.get(i) ? "match" : "no match", description.apply(i)));
      }
    }
  }

  private static List<SamplePacket> few(LinkType link) {
    return Corpora.sample(link).subList(0, 2 * Corpora.whole(link).size());
  }
}
