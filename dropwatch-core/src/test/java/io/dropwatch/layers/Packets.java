package io.dropwatch.layers;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Builds packets: each function puts one header before its payload and sets the lengths. Checksums
 * are 0.
 */
public final class Packets {
  /** Source and destination MAC addresses of {@link #ether}. */
  public static final String SMAC = "aa:bb:cc:dd:ee:ff";

  /** See {@link #SMAC}. */
  public static final String DMAC = "11:22:33:44:55:66";

  private Packets() {}

  /** Parses hexadecimal digits; white space is ignored. */
  public static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replaceAll("\\s", ""));
  }

  /** Concatenates. */
  public static byte[] join(byte[]... parts) {
    var all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** 11:22:33:44:55:66, aa:bb:cc:dd:ee:ff, then a type or a length. */
  public static byte[] ether(int type, byte[] payload) {
    return join(hex("112233445566 aabbccddeeff" + u16(type)), payload);
  }

  /** An 802.3 frame. */
  public static byte[] ether8023(byte[] payload) {
    return ether(payload.length, payload);
  }

  /** The rest of a VLAN tag whose TPID is in the header before: TCI and type. */
  public static byte[] vlan(int tci, int type, byte[] payload) {
    return join(hex(u16(tci) + u16(type)), payload);
  }

  /** 10.0.1.5 to 10.0.2.10, do not fragment, 64 hops. */
  public static byte[] ipv4(int protocol, byte[] payload) {
    return ipv4(0x4000, protocol, payload);
  }

  /** The same with other flags and fragment offset. */
  public static byte[] ipv4(int fragment, int protocol, byte[] payload) {
    return ipv4("45", fragment, protocol, new byte[0], payload);
  }

  /** The same with options, a multiple of 4 bytes. */
  public static byte[] ipv4(
      String versionAndIhl, int fragment, int protocol, byte[] options, byte[] payload) {
    String head =
        versionAndIhl
            + "00"
            + u16(20 + options.length + payload.length)
            + "1234"
            + u16(fragment)
            + "40"
            + u8(protocol)
            + "0000"
            + "0a000105"
            + "0a00020a";
    return join(hex(head), options, payload);
  }

  /** 2001:db8::1 to 2001:db8::2, 64 hops, traffic class 0x12, flow label 0x34567. */
  public static byte[] ipv6(int next, byte[] payload) {
    return ipv6(payload.length, next, payload);
  }

  /** The same with another payload length. */
  public static byte[] ipv6(int length, int next, byte[] payload) {
    String head =
        "61234567"
            + u16(length)
            + u8(next)
            + "40"
            + "20010db8000000000000000000000001"
            + "20010db8000000000000000000000002";
    return join(hex(head), payload);
  }

  /** An IPv6 extension header of 8 bytes. */
  public static byte[] extension(int next, byte[] payload) {
    return join(hex(u8(next) + "00 0104 00000000"), payload);
  }

  /** An IPv6 fragment header, id 0xcafebabe. */
  public static byte[] fragment(int next, int offsetAndFlags, byte[] payload) {
    return join(hex(u8(next) + "00" + u16(offsetAndFlags) + "cafebabe"), payload);
  }

  /** Port 54321 to 8080, sequence number 0, window 65535. */
  public static byte[] tcp(int flags, byte[] payload) {
    return join(hex("d431 1f90 00000000 00000000 50" + u8(flags) + "ffff 0000 0000"), payload);
  }

  /** From port 5353. */
  public static byte[] udp(int dport, byte[] payload) {
    return join(hex("14e9" + u16(dport) + u16(8 + payload.length) + "abcd"), payload);
  }

  /** An ICMP or ICMPv6 error: the four bytes after the checksum, then the quoted packet. */
  public static byte[] icmpError(int type, int code, String own, byte[] quoted) {
    return join(hex(u8(type) + u8(code) + "abcd" + own), quoted);
  }

  /** An entry of a label stack, 64 hops. */
  public static byte[] mpls(int label, boolean bottom, byte[] payload) {
    int high = label >> 4;
    int low = (label & 0xf) << 12 | (bottom ? 0x100 : 0) | 64;
    return join(hex(u16(high) + u16(low)), payload);
  }

  /** Session 0x1234, or 0 in discovery. */
  public static byte[] pppoe(int code, byte[] payload) {
    String session = code == 0 ? "1234" : "0000";
    return join(hex("11" + u8(code) + session + u16(payload.length)), payload);
  }

  /** GRE with a sequence number, and ERSPAN type II: VLAN 100, session 7, index 9. */
  public static byte[] erspan2(byte[] frame) {
    return join(hex("1000 88be 00000001" + "1064 a807 00000009"), frame);
  }

  /**
   * The same of type III: timestamp 0x01020304, group 5, hardware 6, egress, 100 ns, with 8 bytes
   * of platform data.
   */
  public static byte[] erspan3(byte[] frame) {
    return join(
        hex("1000 22eb 00000001" + "2064 a807 01020304 0005 806b" + "0000000000000000"), frame);
  }

  /** An authentication header of 24 bytes. */
  public static byte[] ah(int next, byte[] payload) {
    return join(hex(u8(next) + "04 0000 00000100 00000002 000102030405060708090a0b"), payload);
  }

  /** Id 7, sequence number 9. */
  public static byte[] icmp(int type, int code) {
    return hex(u8(type) + u8(code) + "0000 0007 0009");
  }

  /** Who has 10.0.0.2, tell 10.0.0.1. */
  public static byte[] arp() {
    return hex("0001 0800 06 04 0001 aabbccddeeff 0a000001 000000000000 0a000002");
  }

  /** From port 1000 to 2000. */
  public static byte[] sctp() {
    return hex("03e8 07d0 01020304 0a0b0c0d");
  }

  /** Network 42. */
  public static byte[] vxlan(byte[] frame) {
    return join(hex("08000000 00002a00"), frame);
  }

  /** Network 42, one option of 4 bytes. */
  public static byte[] geneve(int protocol, byte[] payload) {
    return join(hex("0100" + u16(protocol) + "00002a00" + "01020300"), payload);
  }

  /** With a key of 0x11223344. */
  public static byte[] gre(int protocol, byte[] payload) {
    return join(hex("2000" + u16(protocol) + "11223344"), payload);
  }

  /** One valid Ethernet frame for each path through the decoders, by name. */
  public static Map<String, byte[]> everyKind() {
    byte[] tcp = tcp(Tcp.SYN, new byte[0]);
    byte[] udp = udp(53, hex("00010203"));
    Map<String, byte[]> kinds = new LinkedHashMap<>();
    kinds.put("arp", ether(0x0806, arp()));
    kinds.put("ipv4-tcp", ether(0x0800, ipv4(6, tcp)));
    kinds.put("ipv4-udp", ether(0x0800, ipv4(17, udp)));
    kinds.put("ipv4-icmp", ether(0x0800, ipv4(1, icmp(8, 0))));
    kinds.put("ipv4-sctp", ether(0x0800, ipv4(132, sctp())));
    kinds.put("ipv4-options", ether(0x0800, ipv4("46", 0, 6, hex("94040000"), tcp)));
    kinds.put("ipv4-first-fragment", ether(0x0800, ipv4(0x2000, 17, udp)));
    kinds.put("ipv4-later-fragment", ether(0x0800, ipv4(0x00b9, 17, udp)));
    kinds.put("ipv4-ospf", ether(0x0800, ipv4(89, hex("0201"))));
    kinds.put("ipv6-tcp", ether(0x86dd, ipv6(6, tcp)));
    kinds.put("ipv6-udp", ether(0x86dd, ipv6(17, udp)));
    kinds.put("ipv6-icmpv6", ether(0x86dd, ipv6(58, icmp(128, 0))));
    kinds.put("ipv6-extensions", ether(0x86dd, ipv6(0, extension(60, extension(6, tcp)))));
    kinds.put("ipv6-fragment", ether(0x86dd, ipv6(44, fragment(17, 0x05c9, udp))));
    kinds.put("ipv6-atomic-fragment", ether(0x86dd, ipv6(44, fragment(17, 0, udp))));
    kinds.put("vlan", ether(0x8100, vlan(0x6005, 0x0800, ipv4(6, tcp))));
    kinds.put("qinq", ether(0x88a8, vlan(7, 0x8100, vlan(5, 0x86dd, ipv6(17, udp)))));
    kinds.put("ipip", ether(0x0800, ipv4(4, ipv4(6, tcp))));
    kinds.put("sit", ether(0x0800, ipv4(41, ipv6(6, tcp))));
    kinds.put("gre", ether(0x0800, ipv4(47, gre(0x0800, ipv4(6, tcp)))));
    kinds.put("gretap", ether(0x0800, ipv4(47, gre(0x6558, ether(0x0806, arp())))));
    kinds.put("vxlan", ether(0x0800, ipv4(17, udp(4789, vxlan(ether(0x0800, ipv4(6, tcp)))))));
    kinds.put(
        "geneve", ether(0x86dd, ipv6(17, udp(6081, geneve(0x6558, ether(0x86dd, ipv6(6, tcp)))))));
    kinds.put("stp", ether8023(hex("4242 03 0000 00 00 00 8000")));
    kinds.put("snap", ether8023(join(hex("aaaa 03 000000 0800"), ipv4(6, tcp))));
    kinds.put("mpls", ether(0x8847, mpls(1000, false, mpls(16, true, ipv4(6, tcp)))));
    kinds.put("mpls-gre", ether(0x0800, ipv4(47, gre(0x8847, mpls(17, true, ipv6(17, udp))))));
    kinds.put("mpls-udp", ether(0x86dd, ipv6(17, udp(6635, mpls(18, true, ipv4(6, tcp))))));
    kinds.put("mpls-other", ether(0x8848, mpls(19, true, hex("00000000 01"))));
    kinds.put("pppoe", ether(0x8864, pppoe(0, join(hex("0021"), ipv4(6, tcp)))));
    kinds.put("pppoe-ipv6", ether(0x8864, pppoe(0, join(hex("57"), ipv6(17, udp)))));
    kinds.put("pppoe-lcp", ether(0x8864, pppoe(0, hex("c021 09010008 12345678"))));
    kinds.put("pppoe-discovery", ether(0x8863, pppoe(9, hex("0101 0000"))));
    kinds.put(
        "erspan1", ether(0x0800, ipv4(47, join(hex("0000 88be"), ether(0x0800, ipv4(6, tcp))))));
    kinds.put("erspan2", ether(0x0800, ipv4(47, erspan2(ether(0x0800, ipv4(6, tcp))))));
    kinds.put("erspan3", ether(0x0800, ipv4(47, erspan3(ether(0x0806, arp())))));
    kinds.put("ah", ether(0x0800, ipv4(51, ah(6, tcp))));
    kinds.put("ah-ipv6", ether(0x86dd, ipv6(51, ah(17, udp))));
    kinds.put(
        "icmp-unreachable", ether(0x0800, ipv4(1, icmpError(3, 3, "00000000", ipv4(17, udp)))));
    kinds.put(
        "icmp-too-big", ether(0x0800, ipv4(1, icmpError(3, 4, "00000578", cut(28, ipv4(6, tcp))))));
    kinds.put("icmpv6-too-big", ether(0x86dd, ipv6(58, icmpError(2, 0, "00000500", ipv6(6, tcp)))));
    kinds.put("lldp", ether(0x88cc, hex("0207")));
    return kinds;
  }

  private static byte[] cut(int length, byte[] packet) {
    return Arrays.copyOf(packet, length);
  }

  /** The frames of {@link #everyKind} without their names. */
  public static List<byte[]> frames() {
    return new ArrayList<>(everyKind().values());
  }

  private static String u8(int value) {
    return HexFormat.of().toHexDigits((byte) value);
  }

  private static String u16(int value) {
    return HexFormat.of().toHexDigits((short) value);
  }
}
