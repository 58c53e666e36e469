package io.dropwatch.pcapfilter.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Bytes whose lengths, types and checksums tcpdump -vv and tshark found correct. */
class PacketBuilderTest {
  @Test
  void tcpOverIpv4() {
    bytes(
        """
        020000000002 020000000001 0800
        45000028 12340000 4006549a 0a000001 0a000002
        9c4001bb 10203040 00000000 5002ffff bd840000
        """,
        PacketBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").tcp(40000, 443, 2));
  }

  @Test
  void udpOverIpv6WithAnOddPayload() {
    bytes(
        """
        60000000 000b1140
        20010db8000000000000000000000001 20010db8000000000000000000000002
        003503e8 000b9e45 000102
        """,
        PacketBuilder.raw().ipv6("2001:db8::1", "2001:db8::2").udp(53, 1000).payload(3));
  }

  @Test
  void nestedHeaders_haveLengthsAndChecksums() {
    bytes(
        """
        020000000002 020000000001 8100 0005 8864
        1100 0007 001e 0021
        4500001c 12340000 400154ab 0a000001 0a000002
        0800e5ca 12340001
        """,
        PacketBuilder.ethernet().vlan(5).pppoeSession(7).ipv4("10.0.0.1", "10.0.0.2").icmp(8, 0));
  }

  @Test
  void fragment_ofIpv6() {
    bytes(
        """
        60000000 00102c40
        00000000000000000000000000000001 00000000000000000000000000000002
        3a0005c9 12345678
        80006d85 12340001
        """,
        PacketBuilder.raw().ipv6("::1", "::2").fragment(185, true).icmp6(128, 0));
  }

  @Test
  void etherType_withoutHeader() {
    bytes(
        "020000000002 020000000001 88cc 0001",
        PacketBuilder.ethernet().etherType(0x88cc).payload(2));
  }

  @Test
  void llc_writesLengthInsteadOfType() {
    bytes(
        "020000000002 020000000001 0005 424203 0001",
        PacketBuilder.ethernet().llc(0x42, 0x42, 3).payload(2));
  }

  private static void bytes(String expected, PacketBuilder packet) {
    assertEquals(expected.replaceAll("\\s", ""), HexFormat.of().formatHex(packet.build()));
  }
}
