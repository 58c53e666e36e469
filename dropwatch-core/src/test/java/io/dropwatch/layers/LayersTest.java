package io.dropwatch.layers;

import static io.dropwatch.layers.Packets.ether;
import static io.dropwatch.layers.Packets.everyKind;
import static io.dropwatch.layers.Packets.hex;
import static io.dropwatch.layers.Packets.ipv4;
import static io.dropwatch.layers.Packets.ipv6;
import static io.dropwatch.layers.Packets.tcp;
import static io.dropwatch.layers.Packets.udp;
import static io.dropwatch.layers.Packets.vxlan;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.LinkType;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayersTest {
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          arp,                  ARP,         Ethernet Arp
          ipv4-tcp,             IPv4/TCP,    Ethernet Ipv4 Tcp
          ipv4-udp,             IPv4/UDP,    Ethernet Ipv4 Udp
          ipv4-icmp,            IPv4/ICMP,   Ethernet Ipv4 Icmp
          ipv4-sctp,            IPv4/SCTP,   Ethernet Ipv4 Sctp
          ipv4-options,         IPv4/TCP,    Ethernet Ipv4 Tcp
          ipv4-first-fragment,  IPv4,        Ethernet Ipv4 Udp
          ipv4-later-fragment,  IPv4,        Ethernet Ipv4
          ipv4-ospf,            IPv4,        Ethernet Ipv4
          ipv6-tcp,             IPv6/TCP,    Ethernet Ipv6 Tcp
          ipv6-udp,             IPv6/UDP,    Ethernet Ipv6 Udp
          ipv6-icmpv6,          IPv6/ICMPv6, Ethernet Ipv6 Icmp
          ipv6-extensions,      IPv6/TCP,    Ethernet Ipv6 IpExtension IpExtension Tcp
          ipv6-fragment,        IPv6,        Ethernet Ipv6 Ipv6Fragment
          ipv6-atomic-fragment, IPv6/UDP,    Ethernet Ipv6 Ipv6Fragment Udp
          vlan,                 IPv4/TCP,    Ethernet Vlan Ipv4 Tcp
          qinq,                 IPv6/UDP,    Ethernet Vlan Vlan Ipv6 Udp
          ipip,                 IPv4,        Ethernet Ipv4 > IPv4/TCP: Ipv4 Tcp
          sit,                  IPv4,        Ethernet Ipv4 > IPv6/TCP: Ipv6 Tcp
          gre,                  IPv4/GRE,    Ethernet Ipv4 Gre > IPv4/TCP: Ipv4 Tcp
          gretap,               IPv4/GRE,    Ethernet Ipv4 Gre > ARP: Ethernet Arp
          vxlan,                IPv4/UDP,    Ethernet Ipv4 Udp Vxlan > IPv4/TCP: Ethernet Ipv4 Tcp
          geneve,               IPv6/UDP,    Ethernet Ipv6 Udp Geneve > IPv6/TCP: Ethernet Ipv6 Tcp
          stp,                  unknown,     Ethernet Llc
          snap,                 IPv4/TCP,    Ethernet Llc Ipv4 Tcp
          mpls,                 IPv4/TCP,    Ethernet Mpls Mpls Ipv4 Tcp
          mpls-gre,             IPv4/GRE,    Ethernet Ipv4 Gre > IPv6/UDP: Mpls Ipv6 Udp
          mpls-udp,             IPv6/UDP,    Ethernet Ipv6 Udp > IPv4/TCP: Mpls Ipv4 Tcp
          mpls-other,           unknown,     Ethernet Mpls
          pppoe,                IPv4/TCP,    Ethernet Pppoe Ppp Ipv4 Tcp
          pppoe-ipv6,           IPv6/UDP,    Ethernet Pppoe Ppp Ipv6 Udp
          pppoe-lcp,            unknown,     Ethernet Pppoe Ppp
          pppoe-discovery,      unknown,     Ethernet Pppoe
          erspan1,              IPv4/GRE,    Ethernet Ipv4 Gre > IPv4/TCP: Ethernet Ipv4 Tcp
          erspan2,              IPv4/GRE,    Ethernet Ipv4 Gre Erspan > IPv4/TCP: Ethernet Ipv4 Tcp
          erspan3,              IPv4/GRE,    Ethernet Ipv4 Gre Erspan > ARP: Ethernet Arp
          ah,                   IPv4/TCP,    Ethernet Ipv4 Ah Tcp
          ah-ipv6,              IPv6/UDP,    Ethernet Ipv6 Ah Udp
          icmp-unreachable,     IPv4/ICMP,   Ethernet Ipv4 Icmp " IPv4/UDP: Ipv4 Udp
          icmp-too-big,         IPv4/ICMP,   Ethernet Ipv4 Icmp " IPv4/TCP: Ipv4 TcpHead
          icmpv6-too-big,       IPv6/ICMPv6, Ethernet Ipv6 Icmp " IPv6/TCP: Ipv6 Tcp
          lldp,                 unknown,     Ethernet
          """)
  void decode_everyKindOfFrame_hasTheseLayers(String kind, String label, String layers) {
    Layers decoded = Layers.decode(LinkType.ETHERNET, requireNonNull(everyKind().get(kind)));

    assertEquals(label, decoded.label());
    assertEquals(layers, names(decoded));
    assertFalse(decoded.truncated());
    assertFalse(decoded.malformed());
  }

  /** RFC 903: the EtherType and the operations differ from ARP's. */
  @ParameterizedTest
  @CsvSource({
    "8035, 0003, RARP, reverse request",
    "8035, 0004, RARP, reverse reply",
    "0806, 0002, ARP,  reply",
    "0806, 0009, ARP,  UNKNOWN(9)"
  })
  void decode_arpOrRarp_namesOperation(String type, String operation, String label, String name) {
    byte[] frame =
        HexFormat.of()
            .parseHex(
                "020000000001020000000002"
                    + type
                    + "000108000604"
                    + operation
                    + "0200000000020a0000010200000000010a000002");
    Layers layers = Layers.decode(LinkType.ETHERNET, frame);
    assertEquals(label, layers.label());
    assertEquals(name, requireNonNull(layers.arp()).operationName());
    assertEquals(label, ((Ethernet) layers.all().getFirst()).typeName());
  }

  @Test
  void layer_isNotSealed_soThatASwitchNeedsADefaultCase() {
    assertFalse(Layer.class.isSealed());
  }

  private static String names(Layers layers) {
    String names =
        layers.all().stream()
            .map(layer -> layer.getClass().getSimpleName())
            .collect(Collectors.joining(" "));
    Layers inner = layers.inner();
    Layers quoted = layers.quoted();
    return names
        + (inner == null ? "" : " > " + inner.label() + ": " + names(inner))
        + (quoted == null ? "" : " \" " + quoted.label() + ": " + names(quoted));
  }

  @Test
  void decode_tunnel_keepsTheOuterHeaders() {
    byte[] inside = ether(0x86dd, ipv6(17, udp(53, new byte[0])));
    Layers layers = Layers.decode(LinkType.RAW_IP, ipv4(17, udp(4789, vxlan(inside))));

    assertEquals("10.0.1.5", requireNonNull(layers.ipv4()).src().toString());
    assertNull(layers.ipv6());
    Layers inner = requireNonNull(layers.inner());
    assertEquals("2001:db8::1", requireNonNull(inner.ipv6()).src().toString());
    assertEquals(53, requireNonNull(inner.udp()).dport());
    assertEquals(4789, requireNonNull(layers.udp()).dport());
  }

  @Test
  void decode_quotedPacketThatEndsEarly_leavesTheQuotingPacketWellFormed() {
    byte[] error =
        Packets.icmpError(11, 0, "00000000", Arrays.copyOf(ipv6(6, tcp(Tcp.ACK, hex("01"))), 44));
    byte[] quoting =
        Packets.icmpError(3, 3, "00000000", Arrays.copyOf(ipv4(17, udp(53, hex("0102"))), 24));
    Layers layers = Layers.decode(LinkType.RAW_IP, ipv4(1, quoting));

    assertEquals("IPv4/ICMP", layers.label());
    assertNull(layers.udp());
    assertNull(layers.inner());
    assertFalse(layers.truncated());
    assertFalse(layers.malformed());
    Layers quoted = requireNonNull(layers.quoted());
    assertEquals("IPv4", quoted.label());
    assertTrue(quoted.truncated(), "the quoted bytes end within the UDP header");
    assertFalse(quoted.malformed());

    // ICMP quotes IPv4: other bytes there are a malformed header of the quoted packet.
    Layers other = Layers.decode(LinkType.RAW_IP, ipv4(1, error));
    assertFalse(other.malformed());
    assertTrue(requireNonNull(other.quoted()).malformed());
  }

  @Test
  void decode_icmpExtensions_areNotPartOfTheQuotedPacket() {
    byte[] cut = Arrays.copyOf(ipv4(6, tcp(Tcp.SYN, new byte[200])), 32);
    byte[] error = Packets.icmpError(11, 0, "00080000", Packets.join(cut, new byte[40]));
    Layers quoted = requireNonNull(Layers.decode(LinkType.RAW_IP, ipv4(1, error)).quoted());

    assertNull(quoted.tcp(), "12 of its bytes are quoted, zeros follow");
    assertEquals(8080, requireNonNull(quoted.tcpHead()).dport());
  }

  @Test
  void decode_captureThatEndsInTheQuotedPacket_marksBothTruncated() {
    byte[] error = Packets.icmpError(3, 3, "00000000", ipv4(17, udp(53, hex("0102"))));
    byte[] packet = ipv4(1, error);
    Layers layers = Layers.decode(LinkType.RAW_IP, Arrays.copyOf(packet, packet.length - 8));

    assertTrue(layers.truncated());
    assertTrue(requireNonNull(layers.quoted()).truncated());
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          RAW_IP, 0,     45, IPv4/TCP
          RAW_IP, 0x800, 45, IPv4/TCP
          RAW_IP, 0x86dd,45, IPv6
          RAW_IP, 0x88cc,45, unknown
          RAW_IP, 0,     25, unknown
          """)
  void decode_withoutMacHeader_usesEtherTypeOrIpVersion(
      LinkType linkType, String etherType, String first, String label) {
    byte[] packet = ipv4(6, tcp(Tcp.SYN, new byte[0]));
    packet[0] = hex(first)[0];

    assertEquals(label, Layers.decode(linkType, packet, Integer.decode(etherType)).label());
  }

  @Test
  void decode_arpWithoutMacHeader() {
    Layers layers = Layers.decode(LinkType.RAW_IP, Packets.arp(), 0x0806);

    assertEquals("ARP", layers.label());
    assertNull(layers.ether());
  }

  @Test
  void decode_vlanTagWithoutMacHeader() {
    byte[] packet = Packets.vlan(5, 0x0800, ipv4(6, tcp(Tcp.SYN, new byte[0])));
    Layers layers = Layers.decode(LinkType.RAW_IP, packet, 0x8100);

    assertEquals("IPv4/TCP", layers.label());
    assertEquals(5, layers.vlans().getFirst().id());
  }

  @Test
  void decode_noBytes_hasNullLayers() {
    Layers layers = Layers.decode(LinkType.ETHERNET, new byte[0]);

    assertTrue(layers.isEmpty());
    assertEquals("unknown", layers.label());
    assertNull(layers.ether());
    assertNull(layers.ipv4());
    assertNull(layers.tcp());
    assertNull(layers.inner());
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          45000018 00000000 40060000 0a000001 0a000002 00000000,   TCP cut by the IP length
          45000010 00000000 40060000 0a000001 0a000002 00000000,   length below the header's
          44000018 00000000 40060000 0a000001 0a000002 00000000,   header below 20 bytes
          55000018 00000000 40060000 0a000001 0a000002 00000000,   version 5
          45000028 00000000 40060000 0a000001 0a000002 0001000200000000000000004000000000000000, TCP header below 20 bytes
          4500001c 00000000 40110000 0a000001 0a000002 0001000200070000, UDP length below 8
          45000020 00000000 40330000 0a000001 0a000002 060000000000000000000000, authentication header below 12 bytes
          """)
  void decode_inconsistentHeader_marksMalformed(String digits, String why) {
    byte[] packet = hex(digits);
    Layers layers = Layers.decode(LinkType.RAW_IP, packet, 0x0800);

    assertTrue(layers.malformed(), why);
    assertFalse(layers.truncated(), why);
    assertNotNull(layers.ipv4(), why);
  }

  @Test
  void decode_ethernetPadding_isNotDecoded() {
    byte[] ip = ipv4(17, udp(4789, new byte[0]));
    byte[] padded = Packets.join(ether(0x0800, ip), new byte[18]);
    Layers layers = Layers.decode(LinkType.ETHERNET, padded);

    assertEquals("IPv4/UDP", layers.label());
    assertNull(layers.vxlan());
  }

  @Test
  void decode_ipLengthZero_endsWithTheCapture() {
    byte[] big4 = ipv4(6, tcp(Tcp.ACK, new byte[0]));
    big4[2] = 0;
    big4[3] = 0;
    byte[] big6 = ipv6(0, 6, tcp(Tcp.ACK, new byte[0]));

    assertEquals("IPv4/TCP", Layers.decode(LinkType.RAW_IP, big4).label());
    assertEquals("IPv6/TCP", Layers.decode(LinkType.RAW_IP, big6).label());
  }

  @Test
  void decode_nestedPackets_endsAtMaxNesting() {
    byte[] packet = tcp(Tcp.SYN, new byte[0]);
    for (int i = 0; i < 2000; i++) {
      packet = Packets.join(ipv4(4, new byte[0]), packet);
      packet[2] = 0;
      packet[3] = 0;
    }
    int depth = 0;
    for (Layers layers = Layers.decode(LinkType.RAW_IP, packet);
        layers != null;
        layers = layers.inner()) {
      depth++;
    }

    assertEquals(1 + Dissection.MAX_NESTING, depth);
  }
}
