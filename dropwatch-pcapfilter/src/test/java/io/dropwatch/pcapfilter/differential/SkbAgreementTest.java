package io.dropwatch.pcapfilter.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.kernel.KernelPacket;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@link LinkType#SKB} in the kernel: whatever of a frame the kernel keeps in the skb and not in
 * the bytes, the verdict is libpcap's on the frame as it was on the wire.
 */
class SkbAgreementTest {
  private static final List<SamplePacket> UNTAGGED =
      Corpora.full(LinkType.ETHERNET).stream()
          .filter(p -> isEthernetTwo(p) && tag(p) == 0)
          .toList();
  private static final List<SamplePacket> TAGGED =
      Corpora.full(LinkType.ETHERNET).stream().filter(p -> isTagged(p)).toList();
  private static final List<SamplePacket> IP =
      Corpora.full(LinkType.RAW_IP).stream().filter(p -> ipEtherType(p) != 0).toList();

  private static final List<KernelPacket> UNTAGGED_SKBS =
      skbs(UNTAGGED, SkbAgreementTest::untagged);
  private static final List<KernelPacket> TAGGED_SKBS = skbs(TAGGED, SkbAgreementTest::stripped);
  private static final List<KernelPacket> IP_SKBS = skbs(IP, SkbAgreementTest::withoutMac);

  static Stream<ListedExpression> article() {
    return ListedExpression.read("article.txt").stream();
  }

  /** A tag that is not in the bytes shifts nothing: what {@code vlan} means differs by design. */
  static Stream<ListedExpression> tableWithoutVlan() {
    return ListedExpression.read("table.txt").stream().filter(e -> !e.ours().contains("vlan"));
  }

  /** What a raw IP packet can be asked. */
  static Stream<ListedExpression> articleOnIp() {
    return article();
  }

  @ParameterizedTest
  @MethodSource({"article", "tableWithoutVlan"})
  void anUntaggedFrameHasEthernetsVerdict(ListedExpression expression) {
    agree(expression, LinkType.ETHERNET, UNTAGGED, UNTAGGED_SKBS);
  }

  @ParameterizedTest
  @MethodSource("articleOnIp")
  void anIpPacketWithoutMacHeaderHasRawIpsVerdict(ListedExpression expression) {
    agree(expression, LinkType.RAW_IP, IP, IP_SKBS);
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
  void aStrippedTagHasTheVerdictOfTheTaggedFrame(String expression) {
    agree(ListedExpression.of(expression), LinkType.ETHERNET, TAGGED, TAGGED_SKBS);
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
          """)
  void knowsWhatTheKernelKnows(String expression, int packetType, boolean match) {
    byte[] packet = PacketBuilder.raw().ipv4("10.0.0.1", "10.0.0.2").tcp(1, 2, 2).build();
    KernelPacket skb =
        new KernelPacket.Builder(Base.NETWORK)
            .packet(packet, packet.length)
            .protocol(0x0800)
            .packetType(packetType)
            .ifindex(7)
            .build();
    assertEquals(match, verdicts(expression, List.of(skb)).get(0));
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
  void seesArpWithoutMacHeader(String expression, boolean match) {
    byte[] packet = PacketBuilder.raw().arp(1, "10.0.0.1", "10.0.0.2").build();
    KernelPacket skb =
        new KernelPacket.Builder(Base.NETWORK)
            .packet(packet, packet.length)
            .protocol(0x0806)
            .build();
    assertEquals(match, verdicts(expression, List.of(skb)).get(0));
  }

  private static void agree(
      ListedExpression expression,
      LinkType link,
      List<SamplePacket> packets,
      List<KernelPacket> skbs) {
    BitSet accepted = verdicts(expression.ours(), skbs);
    try (LibpcapFilter theirs =
        Libpcap.compile(expression.libpcaps(), Agreement.dlt(link), Mode.UNOPTIMIZED)) {
      for (int i = 0; i < packets.size(); i++) {
        SamplePacket packet = packets.get(i);
        boolean expected = theirs.matches(packet.bytes(), packet.wireLength());
        if (expected != accepted.get(i)) {
          fail(
              Agreement.difference(
                  expression.ours(), LinkType.SKB, packet, "libpcap", expected, "the kernel"));
        }
      }
    }
  }

  private static BitSet verdicts(String expression, List<KernelPacket> skbs) {
    PcapFilter filter = PcapFilter.compile(expression, LinkType.SKB);
    return KernelVerdicts.of(filter.ebpf().bytes(), Base.NETWORK, skbs);
  }

  private static List<KernelPacket> skbs(
      List<SamplePacket> packets, Function<SamplePacket, KernelPacket> asSkb) {
    return packets.stream().map(asSkb).toList();
  }

  private static KernelPacket untagged(SamplePacket frame) {
    return builder(frame, 14).mac(frame.bytes()).protocol(u16(frame, 12)).build();
  }

  /** The kernel takes the outer tag out: 14 bytes of MAC header, then what was behind the tag. */
  private static KernelPacket stripped(SamplePacket frame) {
    byte[] mac = frame.bytes().clone();
    System.arraycopy(frame.bytes(), 16, mac, 12, 2);
    return builder(frame, 18)
        .mac(mac)
        .protocol(u16(frame, 16))
        .vlan(u16(frame, 12), u16(frame, 14))
        .build();
  }

  private static KernelPacket withoutMac(SamplePacket packet) {
    return builder(packet, 0).protocol(ipEtherType(packet)).build();
  }

  private static KernelPacket.Builder builder(SamplePacket frame, int header) {
    byte[] bytes = frame.bytes();
    return new KernelPacket.Builder(Base.NETWORK)
        .packet(
            java.util.Arrays.copyOfRange(bytes, header, bytes.length), frame.wireLength() - header);
  }

  /** A frame that the kernel can have seen: a whole MAC header with a type, not a length. */
  private static boolean isEthernetTwo(SamplePacket frame) {
    return frame.bytes().length >= 14 && u16(frame, 12) >= 0x0600;
  }

  private static boolean isTagged(SamplePacket frame) {
    return isEthernetTwo(frame)
        && tag(frame) != 0
        && frame.bytes().length >= 18
        && u16(frame, 16) >= 0x0600;
  }

  private static int tag(SamplePacket frame) {
    int type = u16(frame, 12);
    return type == 0x8100 || type == 0x88a8 || type == 0x9100 ? type : 0;
  }

  private static int ipEtherType(SamplePacket packet) {
    int version = packet.bytes().length == 0 ? 0 : packet.bytes()[0] >> 4;
    return version == 4 ? 0x0800 : version == 6 ? 0x86dd : 0;
  }

  private static int u16(SamplePacket frame, int offset) {
    return (frame.bytes()[offset] & 0xff) << 8 | (frame.bytes()[offset + 1] & 0xff);
  }
}
