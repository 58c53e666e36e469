package io.dropwatch.pcapfilter.differential;

import static io.dropwatch.pcapfilter.differential.ExpressionArbitraries.word;
import static net.jqwik.api.Combinators.combine;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.fail;

import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.kernel.KernelPacket;
import io.dropwatch.pcapfilter.kernel.KernelPacket.Base;
import io.dropwatch.pcapfilter.kernel.KernelVerdicts;
import io.dropwatch.pcapfilter.packet.SamplePacket;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.Tuple;

/**
 * Long lists of ports, ranges, hosts and networks, which become one search: libpcap, the JVM,
 * classic BPF and the kernel give one verdict, on short packets too.
 */
@Tag("live")
class ManyValuesTest {
  private static final List<KernelPacket> ETHERNET =
      KernelAgreementTest.kernelPackets(Corpora.sample(LinkType.ETHERNET), Base.MAC);
  private static final List<KernelPacket> RAW_IP =
      KernelAgreementTest.kernelPackets(Corpora.sample(LinkType.RAW_IP), Base.NETWORK);

  @Provide
  Arbitrary<String> lists() {
    Arbitrary<String> row = Arbitraries.oneOf(ports(), hosts(), ports());
    Arbitrary<String> before = word("", "", "ip6 and ", "tcp and ", "less 100 or ");
    Arbitrary<String> after = word("", "", " and udp", " or icmp", " and not port 443");
    return combine(before, row, after).as((b, r, a) -> b + "(" + r + ")" + a);
  }

  /** All with the same qualifiers, or a few with others in between. */
  private static Arbitrary<String> ports() {
    Arbitrary<String> id =
        Arbitraries.frequencyOf(
            Tuple.of(
                2, combine(QualifiedIds.port(), QualifiedIds.port()).as(ManyValuesTest::range)),
            Tuple.of(1, QualifiedIds.port().map(port -> port + "-" + port)));
    Arbitrary<String> dir = word("", "", "src ", "dst ", "src and dst ");
    return word("", "tcp ", "udp ", "")
        .flatMap(
            protocol ->
                rows(
                    Arbitraries.frequencyOf(
                        Tuple.of(9, id.map(range -> protocol + "portrange " + range)),
                        Tuple.of(1, combine(dir, id).as((d, range) -> d + "portrange " + range)))));
  }

  private static Arbitrary<String> hosts() {
    Arbitrary<String> net =
        combine(word("10", "192", "1", "224"), word("", ".0", ".1")).as((a, b) -> "net " + a + b);
    return rows(
        Arbitraries.frequencyOf(
            Tuple.of(8, QualifiedIds.ipv4().map(host -> "host " + host)),
            Tuple.of(2, QualifiedIds.ipv6().map(host -> "host " + host)),
            Tuple.of(1, net)));
  }

  private static Arbitrary<String> rows(Arbitrary<String> test) {
    Arbitrary<List<String>> tests = test.list().ofMinSize(5).ofMaxSize(40);
    return combine(tests, Arbitraries.of(true, false))
        .as(
            (list, any) ->
                any ? String.join(" or ", list) : "not " + String.join(" and not ", list));
  }

  private static String range(int a, int b) {
    return Math.min(a, b) + "-" + Math.max(a, b);
  }

  @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
  void ethernet(@ForAll("lists") String expression) {
    agree(expression, LinkType.ETHERNET, Base.MAC, ETHERNET);
  }

  @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
  void rawIp(@ForAll("lists") String expression) {
    agree(expression, LinkType.RAW_IP, Base.NETWORK, RAW_IP);
  }

  private static void agree(
      String expression, LinkType link, Base base, List<KernelPacket> inKernel) {
    List<SamplePacket> packets = Corpora.sample(link);
    PcapFilter filter = Agreement.jvmAndLibpcap(ListedExpression.of(expression), link, packets);
    assertNotNull(filter, expression);
    BitSet kernel = KernelVerdicts.of(filter.ebpf().toBytes(), base, inKernel);
    for (int i = 0; i < packets.size(); i++) {
      SamplePacket packet = packets.get(i);
      boolean expected = filter.matches(packet.bytes(), packet.wireLength());
      if (expected != kernel.get(i)) {
        fail(Agreement.difference(expression, link, packet, "the JVM", expected, "the kernel"));
      }
    }
  }
}
