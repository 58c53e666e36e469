package io.dropwatch.layers;

import org.jspecify.annotations.Nullable;

/**
 * The ICMP header (RFC 792) or the ICMPv6 header (RFC 4443). The packet that an error message is
 * about is in {@link Layers#quoted}.
 *
 * @param version 4 for ICMP, 6 for ICMPv6
 * @param type 8 bits; see {@link #typeText}
 * @param code 8 bits
 * @param checksum as captured
 * @param id identifier of a request or reply (echo, timestamp, information, address mask); null for
 *     other messages
 * @param seq sequence number of a request or reply; null for other messages
 * @param mtu MTU of the next hop in bytes, of "fragmentation needed" (RFC 1191; 0 from older
 *     routers) and of "packet too big"; null for other messages
 */
public record Icmp(
    int version,
    int type,
    int code,
    int checksum,
    @Nullable Integer id,
    @Nullable Integer seq,
    @Nullable Long mtu)
    implements Layer {
  private static final int LENGTH = 4;
  private static final int REST_LENGTH = 4;

  static void decode(Dissection dissection, int version) {
    if (!dissection.has(LENGTH)) {
      return;
    }
    Cursor cursor = dissection.cursor();
    int type = cursor.u8();
    int code = cursor.u8();
    int checksum = cursor.u16();
    boolean identified = isIdentified(version, type);
    boolean error = isError(version, type);
    if ((!identified && !error) || !dissection.has(REST_LENGTH)) {
      dissection.add(new Icmp(version, type, code, checksum, null, null, null));
    } else if (identified) {
      dissection.add(new Icmp(version, type, code, checksum, cursor.u16(), cursor.u16(), null));
    } else {
      long rest = cursor.u32();
      dissection.add(
          new Icmp(version, type, code, checksum, null, null, mtu(version, type, code, rest)));
      decodeQuoted(dissection, version, quotedLength(version, type, rest));
    }
  }

  private static void decodeQuoted(Dissection dissection, int version, int length) {
    if (length != 0) {
      dissection.cursor().limit(length);
    }
    dissection.quote(version == 6 ? Ipv6::decode : Ipv4::decode);
  }

  private static @Nullable Long mtu(int version, int type, int code, long rest) {
    if (version == 6) {
      return type == 2 ? (Long) rest : null;
    }
    return type == 3 && code == 4 ? (Long) (rest & 0xffff) : null;
  }

  // RFC 4884: extensions follow the quoted bytes; 0 from senders that do not implement it.
  private static int quotedLength(int version, int type, long rest) {
    if (version == 6) {
      return type == 1 || type == 3 ? 8 * (int) (rest >> 24) : 0;
    }
    return type == 3 || type == 11 || type == 12 ? 4 * ((int) (rest >> 16) & 0xff) : 0;
  }

  // The errors that quote a packet; RFC 4443, 2.1: error types are below 128.
  private static boolean isError(int version, int type) {
    return version == 6
        ? type >= 1 && type <= 4
        : type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
  }

  private static boolean isIdentified(int version, int type) {
    return version == 6
        ? type == 128 || type == 129
        : type == 0 || type == 8 || (type >= 13 && type <= 18);
  }

  /**
   * Returns type and code: {@code EchoRequest}, {@code DestinationUnreachable(Host)}, {@code
   * TimeExceeded(Code: 9)} for a code without a name, {@code 200(3)} for a type without one.
   */
  public String typeText() {
    return IcmpText.of(version, type, code);
  }
}
