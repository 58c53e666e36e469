package io.dropwatch.pcapfilter.packet;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * The bytes of headers, before {@link PacketHeader} fills in the fields that depend on other
 * headers.
 */
final class HeaderBytes {
  private HeaderBytes() {}

  /** Tag control information, and room for the type. */
  static byte[] tag(int tci) {
    return ByteBuffer.allocate(4).putShort((short) tci).array();
  }

  /** PPPoE version 1, type 1, and room for its length and the PPP protocol. */
  static byte[] pppoeSession(int session) {
    return ByteBuffer.allocate(8).put((byte) 0x11).put((byte) 0).putShort((short) session).array();
  }

  /** Two service access points and a control field. */
  static byte[] llc(int dsap, int ssap, int... control) {
    byte[] header = new byte[2 + control.length];
    header[0] = (byte) dsap;
    header[1] = (byte) ssap;
    for (int i = 0; i < control.length; i++) {
      header[2 + i] = (byte) control[i];
    }
    return header;
  }

  /** LLC for SNAP, the organisation, and room for the type. */
  static byte[] snap(int organisation) {
    return ByteBuffer.allocate(8)
        .put((byte) 0xaa)
        .put((byte) 0xaa)
        .put((byte) 3)
        .put((byte) (organisation >>> 16))
        .putShort((short) organisation)
        .array();
  }

  /** ARP and RARP, from a fixed local MAC address. */
  static byte[] addressResolution(int operation, String sender, String target) {
    return ByteBuffer.allocate(28)
        .putInt(0x0001_0800)
        .putShort((short) 0x0604)
        .putShort((short) operation)
        .put(macAddress("02:00:00:00:00:01"))
        .put(ipv4Address(sender))
        .put(new byte[6])
        .put(ipv4Address(target))
        .array();
  }

  /** IPv4 with NOPs as options, TTL 64; length, protocol and checksum are still to come. */
  static byte[] ipv4(String source, String destination, int words, int fragment) {
    ByteBuffer header =
        ByteBuffer.allocate(words * 4)
            .put((byte) (0x40 | words))
            .put((byte) 0)
            .putShort((short) 0)
            .putShort((short) 0x1234)
            .putShort((short) fragment)
            .put((byte) 64)
            .put((byte) 0xfd)
            .putShort((short) 0)
            .put(ipv4Address(source))
            .put(ipv4Address(destination));
    while (header.hasRemaining()) {
      header.put((byte) 1);
    }
    return header.array();
  }

  /** IPv6 without a next header yet, hop limit 64. */
  static byte[] ipv6(String source, String destination) {
    return ByteBuffer.allocate(40)
        .putInt(0x6000_0000)
        .putShort((short) 0)
        .put((byte) 59)
        .put((byte) 64)
        .put(Inet6Address.ofLiteral(source).getAddress())
        .put(Inet6Address.ofLiteral(destination).getAddress())
        .array();
  }

  /** The fragment header of IPv6. */
  static byte[] fragment(int offset, boolean more) {
    return ByteBuffer.allocate(8)
        .put((byte) 59)
        .put((byte) 0)
        .putShort((short) (offset << 3 | (more ? 1 : 0)))
        .putInt(0x1234_5678)
        .array();
  }

  /** AH of 24 bytes. */
  static byte[] ah() {
    return ByteBuffer.allocate(24).put((byte) 59).put((byte) 4).position(4).putInt(0x100).array();
  }

  /** TCP; the options are filled up with zeros. */
  static byte[] tcp(int source, int destination, int flags, byte[] options) {
    int words = 5 + (options.length + 3) / 4;
    return ByteBuffer.allocate(4 * words)
        .putShort((short) source)
        .putShort((short) destination)
        .putInt(0x1020_3040)
        .putInt(0)
        .put((byte) (words << 4))
        .put((byte) flags)
        .putShort((short) 65535)
        .putInt(0)
        .put(options)
        .array();
  }

  /** Two ports, and zeros up to a length in bytes. */
  static byte[] ports(int source, int destination, int length) {
    return ByteBuffer.allocate(length)
        .putShort((short) source)
        .putShort((short) destination)
        .array();
  }

  /** ICMP and ICMPv6. */
  static byte[] icmp(int type, int code) {
    return new byte[] {(byte) type, (byte) code, 0, 0, 0x12, 0x34, 0, 1};
  }

  /** IGMPv2. */
  static byte[] igmp(int type, String group) {
    return ByteBuffer.allocate(8).put((byte) type).position(4).put(ipv4Address(group)).array();
  }

  /** Geneve; the options are a multiple of 4 bytes. */
  static byte[] geneve(int vni, byte[] options) {
    return ByteBuffer.allocate(8 + options.length)
        .put((byte) (options.length / 4))
        .putInt(4, vni << 8)
        .position(8)
        .put(options)
        .array();
  }

  static byte[] macAddress(String text) {
    byte[] address = HexFormat.ofDelimiter(":").parseHex(text);
    if (address.length != 6) {
      throw new IllegalArgumentException("a MAC address must have six bytes, was " + text);
    }
    return address;
  }

  static byte[] ipv4Address(String text) {
    return Inet4Address.ofLiteral(text).getAddress();
  }
}
