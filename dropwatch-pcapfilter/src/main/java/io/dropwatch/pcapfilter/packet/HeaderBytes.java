package io.dropwatch.pcapfilter.packet;

import static io.dropwatch.pcapfilter.internal.Arguments.between;

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
    return ByteBuffer.allocate(4).putShort(u16("tci", tci)).array();
  }

  /** PPPoE version 1, type 1, and room for its length and the PPP protocol. */
  static byte[] pppoeSession(int session) {
    return ByteBuffer.allocate(8)
        .put((byte) 0x11)
        .put((byte) 0)
        .putShort(u16("session", session))
        .array();
  }

  /** Two service access points and a control field. */
  static byte[] llc(int dsap, int ssap, int... control) {
    byte[] header = new byte[2 + control.length];
    header[0] = u8("dsap", dsap);
    header[1] = u8("ssap", ssap);
    for (int i = 0; i < control.length; i++) {
      header[2 + i] = u8("control", control[i]);
    }
    return header;
  }

  /** LLC for SNAP, the organisation, and room for the type. */
  static byte[] snap(int organisation) {
    return ByteBuffer.allocate(8)
        .put((byte) 0xaa)
        .put((byte) 0xaa)
        .put((byte) 3)
        .put((byte) (between("organisation", 0, 0xffffff, organisation) >>> 16))
        .putShort((short) organisation)
        .array();
  }

  /** ARP and RARP, from a fixed local MAC address. */
  static byte[] addressResolution(int operation, String sender, String target) {
    return ByteBuffer.allocate(28)
        .putInt(0x0001_0800)
        .putShort((short) 0x0604)
        .putShort(u16("operation", operation))
        .put(macAddress("02:00:00:00:00:01"))
        .put(ipv4Address(sender))
        .put(new byte[6])
        .put(ipv4Address(target))
        .array();
  }

  /** IPv4 with TTL 64; length, protocol and checksum are still to come. */
  static byte[] ipv4(String source, String destination, byte[] options, int fragment) {
    int words = 5 + words("IPv4", options);
    return ByteBuffer.allocate(words * 4)
        .put((byte) (0x40 | words))
        .put((byte) 0)
        .putShort((short) 0)
        .putShort((short) 0x1234)
        .putShort((short) fragment)
        .put((byte) 64)
        .put((byte) 0xfd)
        .putShort((short) 0)
        .put(ipv4Address(source))
        .put(ipv4Address(destination))
        .put(options)
        .array();
  }

  /** Returns the length of options in 32-bit words. */
  private static int words(String protocol, byte[] options) {
    if (options.length > 40) {
      throw new IllegalArgumentException(
          "%s options must be 0 to 40 bytes, were %d".formatted(protocol, options.length));
    }
    return (options.length + 3) / 4;
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
        .putShort((short) (between("offset", 0, 0x1fff, offset) << 3 | (more ? 1 : 0)))
        .putInt(0x1234_5678)
        .array();
  }

  /** AH of 24 bytes. */
  static byte[] ah() {
    return ByteBuffer.allocate(24).put((byte) 59).put((byte) 4).position(4).putInt(0x100).array();
  }

  /** TCP; the options are filled up with zeros. */
  static byte[] tcp(int source, int destination, int flags, byte[] options) {
    int words = 5 + words("TCP", options);
    return ByteBuffer.allocate(4 * words)
        .putShort(u16("source", source))
        .putShort(u16("destination", destination))
        .putInt(0x1020_3040)
        .putInt(0)
        .put((byte) (words << 4))
        .put(u8("flags", flags))
        .putShort((short) 65535)
        .putInt(0)
        .put(options)
        .array();
  }

  /** Two ports, and zeros up to a length in bytes. */
  static byte[] ports(int source, int destination, int length) {
    return ByteBuffer.allocate(length)
        .putShort(u16("source", source))
        .putShort(u16("destination", destination))
        .array();
  }

  /** ICMP and ICMPv6. */
  static byte[] icmp(int type, int code) {
    return new byte[] {u8("type", type), u8("code", code), 0, 0, 0x12, 0x34, 0, 1};
  }

  /** IGMPv2. */
  static byte[] igmp(int type, String group) {
    return ByteBuffer.allocate(8).put(u8("type", type)).position(4).put(ipv4Address(group)).array();
  }

  /** Geneve, with room for the type. */
  static byte[] geneve(int vni, byte[] options) {
    if (options.length > 252 || options.length % 4 != 0) {
      throw new IllegalArgumentException(
          "Geneve options must be 0 to 252 bytes, a multiple of 4, were " + options.length);
    }
    return ByteBuffer.allocate(8 + options.length)
        .put((byte) (options.length / 4))
        .putInt(4, between("vni", 0, 0xffffff, vni) << 8)
        .position(8)
        .put(options)
        .array();
  }

  private static byte u8(String name, int value) {
    return (byte) between(name, 0, 0xff, value);
  }

  private static short u16(String name, int value) {
    return (short) between(name, 0, 0xffff, value);
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
