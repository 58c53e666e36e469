package io.dropwatch.layers;

/**
 * The first 8 bytes of a TCP header: as much as an ICMP error must quote (RFC 792), and enough to
 * identify the connection. Only in {@link Layers#quoted}, where the rest is missing.
 *
 * @param sport source port
 * @param dport destination port
 * @param seq sequence number
 */
public record TcpHead(int sport, int dport, long seq) implements Layer {
  static final int LENGTH = 8;

  static void decode(Dissection dissection) {
    Cursor cursor = dissection.cursor();
    dissection.add(new TcpHead(cursor.u16(), cursor.u16(), cursor.u32()));
  }
}
