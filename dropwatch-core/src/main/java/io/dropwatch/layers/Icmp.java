package io.dropwatch.layers;

import org.jspecify.annotations.Nullable;

/**
 * The ICMP header (RFC 792) or the ICMPv6 header (RFC 4443).
 *
 * @param version 4 for ICMP, 6 for ICMPv6
 * @param type 8 bits; {@link #typeText} says what it means
 * @param code 8 bits
 * @param checksum as it stands there
 * @param id identifier of a query or its answer (echo, timestamp, information, address mask); null
 *     for messages that have none
 * @param seq sequence number beside {@code id}
 */
public record Icmp(
    int version, int type, int code, int checksum, @Nullable Integer id, @Nullable Integer seq)
    implements Layer {
  private static final int LENGTH = 4;
  private static final int IDENTIFICATION_LENGTH = 4;

  static void decode(Dissection dissection, int version) {
    if (!dissection.has(LENGTH)) {
      return;
    }
    Cursor cursor = dissection.cursor();
    int type = cursor.u8();
    int code = cursor.u8();
    int checksum = cursor.u16();
    boolean identified = isIdentified(version, type) && dissection.has(IDENTIFICATION_LENGTH);
    dissection.add(
        new Icmp(
            version,
            type,
            code,
            checksum,
            identified ? (Integer) cursor.u16() : null,
            identified ? (Integer) cursor.u16() : null));
  }

  private static boolean isIdentified(int version, int type) {
    return version == 6
        ? type == 128 || type == 129
        : type == 0 || type == 8 || (type >= 13 && type <= 18);
  }

  /**
   * {@code EchoRequest}, {@code DestinationUnreachable(Host)}, {@code TimeExceeded(Code: 9)} for a
   * code without a name, {@code 200(3)} for a type without one.
   */
  public String typeText() {
    return IcmpText.of(version, type, code);
  }
}
