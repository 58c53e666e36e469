package io.dropwatch.layers;

/**
 * The SCTP common header (RFC 9260, 3.1).
 *
 * @param sport source port
 * @param dport destination port
 * @param tag verification tag, 32 bits
 * @param checksum CRC32c as captured, 32 bits
 */
public record Sctp(int sport, int dport, long tag, long checksum) implements Layer {
  private static final int LENGTH = 12;

  static void decode(Dissection dissection) {
    if (dissection.has(LENGTH)) {
      Cursor cursor = dissection.cursor();
      dissection.add(new Sctp(cursor.u16(), cursor.u16(), cursor.u32(), cursor.u32()));
    }
  }
}
