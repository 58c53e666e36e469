package io.dropwatch.layers;

/**
 * The PPPoE header (RFC 2516). In a session a {@link Ppp} header follows it.
 *
 * <pre>{@code
 * version:4 type:4 | code | session | length
 * }</pre>
 *
 * @param version 1 unless malformed
 * @param type 1 unless malformed
 * @param code 0 in a session; see {@link #codeName}
 * @param session session id, 16 bits; 0 before the session is established
 * @param len bytes that follow
 */
public record Pppoe(int version, int type, int code, int session, int len) implements Layer {
  private static final int LENGTH = 6;
  private static final int SESSION_DATA = 0;

  static void decode(Dissection dissection) {
    if (!dissection.has(LENGTH)) {
      return;
    }
    Cursor cursor = dissection.cursor();
    int versionAndType = cursor.u8();
    var pppoe =
        new Pppoe(
            versionAndType >> 4, versionAndType & 0xf, cursor.u8(), cursor.u16(), cursor.u16());
    dissection.add(pppoe);
    if (versionAndType != 0x11) {
      dissection.malformed();
      return;
    }
    cursor.limit(pppoe.len);
    if (pppoe.code == SESSION_DATA) {
      Ppp.decode(dissection);
    }
  }

  /**
   * Returns {@code Session}, of discovery {@code PADI}, {@code PADO}, {@code PADR}, {@code PADS} or
   * {@code PADT}, else {@code UnknownPPPoECode}.
   */
  public String codeName() {
    return switch (code) {
      case SESSION_DATA -> "Session";
      case 0x09 -> "PADI";
      case 0x07 -> "PADO";
      case 0x19 -> "PADR";
      case 0x65 -> "PADS";
      case 0xa7 -> "PADT";
      default -> "UnknownPPPoECode";
    };
  }
}
