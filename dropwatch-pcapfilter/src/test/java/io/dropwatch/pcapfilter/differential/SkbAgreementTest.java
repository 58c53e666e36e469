package io.dropwatch.pcapfilter.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.SkbFilter;
import io.dropwatch.pcapfilter.SkbPacket;
import io.dropwatch.pcapfilter.internal.predicate.PacketView;
import io.dropwatch.pcapfilter.kernel.KernelPacket.Base;
import io.dropwatch.pcapfilter.kernel.KernelVerdicts;
import io.dropwatch.pcapfilter.oracle.Libpcap;
import io.dropwatch.pcapfilter.oracle.Libpcap.Mode;
import io.dropwatch.pcapfilter.oracle.LibpcapFilter;
import io.dropwatch.pcapfilter.packet.PacketBuilder;
import io.dropwatch.pcapfilter.packet.SamplePacket;
import java.util.BitSet;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@link SkbFilter}: whatever of a frame the kernel keeps in the skb and not in the bytes, the
 * verdict of the JVM and of the kernel is libpcap's on the frame as it was on the wire.
 */
@Tag("live")
class SkbAgreementTest {
  private static final Sample UNTAGGED =
      new Sample(
          Corpora.sample(LinkType.ETHERNET),
          p -> Skbs.isEthernetTwo(p) && !Skbs.hasTagType(p),
          Skbs::untagged);
  private static final Sample TAGGED =
      new Sample(Corpora.full(LinkType.ETHERNET), Skbs::isTagged, Skbs::stripped);
  private static final Sample IP =
      new Sample(Corpora.sample(LinkType.RAW_IP), p -> Skbs.ipEtherType(p) != 0, Skbs::withoutMac);

  /** Packets on the wire and the same packets in the kernel. */
  private record Sample(List<SamplePacket> packets, List<SkbPacket> skbs) {
    Sample(
        List<SamplePacket> corpus,
        java.util.function.Predicate<SamplePacket> which,
        Function<SamplePacket, SkbPacket> skb) {
      List<SamplePacket> packets = corpus.stream().filter(which).toList();
      this(packets, packets.stream().map(skb).toList());
    }
  }

  static Stream<ListedExpression> common() {
    return ListedExpression.read("common.txt").stream();
  }

  /** A tag that is not in the bytes shifts nothing: what {@code vlan} means differs by design. */
  static Stream<ListedExpression> tableWithoutVlan() {
    return ListedExpression.read("table.txt").stream().filter(e -> !e.ours().contains("vlan"));
  }

  @ParameterizedTest
  @MethodSource({"common", "tableWithoutVlan"})
  void untaggedFrame_hasTheVerdictOfEthernet(ListedExpression expression) {
    agree(expression, LinkType.ETHERNET, UNTAGGED);
  }

  @ParameterizedTest
  @MethodSource("common")
  void ipPacketWithoutMacHeader_hasTheVerdictOfRawIp(ListedExpression expression) {
    agree(expression, LinkType.RAW_IP, IP);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vlan",
        "vlan 5",
        "vlan 0",
        "vlan 4095",
        "vlan and ip",
        "vlan and arp",
        "vlan and tcp",
        "vlan 5 and tcp port 443",
        "vlan and host 10.0.0.1",
        "vlan and (ip or ip6)",
        "vlan and vlan",
        "vlan 5 and vlan 7",
        "vlan and vlan and ip6",
        "vlan and pppoes and tcp port 443"
      })
  void frameWithTagInMetadata_hasTheVerdictOfTheTaggedFrame(String expression) {
    agree(ListedExpression.of(expression), LinkType.ETHERNET, TAGGED);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # expression,           type, match
          inbound,                0,    true
          inbound,                1,    true
          inbound,                3,    true
          inbound,                4,    false
          outbound,               0,    false
          outbound,               4,    true
          not outbound and tcp,   0,    true
          inbound and udp,        0,    false
          ifindex 7,              0,    true
          ifindex 8,              0,    false
          tcp and not ifindex 8,  0,    true
          arp,                    0,    false
          not arp,                0,    true
          broadcast,              0,    false
          broadcast,              1,    true
          multicast,              2,    true
          multicast,              0,    false
          vlan,                   0,    false
          not vlan and ip,        0,    true
          """)
  void metadataPrimitives_readMetadata(String expression, int packetType, boolean match) {
    byte[] packet = PacketBuilder.raw().ipv4("10.0.0.1", "10.0.0.2").tcp(1, 2, 2).build();
    one(
        match,
        expression,
        SkbPacket.builder()
            .packet(LinkType.RAW_IP, packet, 40)
            .protocol(0x0800)
            .packetType(packetType)
            .ifindex(7)
            .build());
  }

  @ParameterizedTest
  @CsvSource({
    "arp, true",
    "rarp, false",
    "ip, false",
    "arp host 10.0.0.1, true",
    "host 10.0.0.2, true",
    "host 10.0.0.3, false",
    "not arp, false"
  })
  void arpWithoutMacHeader_matches(String expression, boolean match) {
    byte[] packet = PacketBuilder.raw().arp(1, "10.0.0.1", "10.0.0.2").build();
    one(
        match,
        expression,
        SkbPacket.builder().packet(LinkType.RAW_IP, packet, 28).protocol(0x0806).build());
  }

  private static void one(boolean match, String expression, SkbPacket skb) {
    SkbFilter filter = SkbFilter.compile(expression);
    assertEquals(match, filter.matches(skb), "the JVM");
    assertEquals(match, kernel(filter, List.of(skb)).get(0), "the kernel");
  }

  private static void agree(ListedExpression expression, LinkType link, Sample sample) {
    SkbFilter filter = SkbFilter.compile(expression.ours());
    BitSet accepted = kernel(filter, sample.skbs());
    try (LibpcapFilter theirs =
        Libpcap.compile(expression.libpcaps(), Agreement.dlt(link), Mode.UNOPTIMIZED)) {
      for (int i = 0; i < sample.packets().size(); i++) {
        SamplePacket packet = sample.packets().get(i);
        boolean expected = theirs.matches(packet.bytes(), packet.wireLength());
        check(expression, packet, expected, accepted.get(i), "the kernel");
        check(expression, packet, expected, filter.matches(sample.skbs().get(i)), "the JVM");
      }
    }
  }

  private static void check(
      ListedExpression expression,
      SamplePacket packet,
      boolean expected,
      boolean verdict,
      String implementation) {
    if (expected != verdict) {
      fail(
          Agreement.difference(
              expression.ours(), PacketView.SKB, packet, "libpcap", expected, implementation));
    }
  }

  static BitSet kernel(SkbFilter filter, List<SkbPacket> skbs) {
    return KernelVerdicts.of(
        filter.ebpf().toBytes(), Base.NETWORK, skbs.stream().map(Skbs::inKernel).toList());
  }
}
