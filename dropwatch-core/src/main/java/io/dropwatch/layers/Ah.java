package io.dropwatch.layers;

/**
 * The IPsec authentication header (RFC 4302), in IPv4 or among the extension headers of IPv6. It
 * does not encrypt, so what follows is decoded.
 *
 * @param nextHeader IANA number of the next header
 * @param len bytes of this header
 * @param spi security parameters index, 32 bits
 * @param seq sequence number, 32 bits
 */
public record Ah(int nextHeader, int len, long spi, long seq) implements Layer {
  private static final int FIXED_LENGTH = 12;

  /** Returns the number of the next header, or {@link IpExtension#NOTHING}. */
  static int decode(Dissection dissection) {
    if (!dissection.has(FIXED_LENGTH)) {
      return IpExtension.NOTHING;
    }
    Cursor cursor = dissection.cursor();
    int next = cursor.u8();
    // RFC 4302, 2.2: 4-byte words, minus 2.
    int len = 4 * (cursor.u8() + 2);
    cursor.skip(2);
    dissection.add(new Ah(next, len, cursor.u32(), cursor.u32()));
    if (len < FIXED_LENGTH) {
      dissection.malformed();
      return IpExtension.NOTHING;
    }
    if (!dissection.has(len - FIXED_LENGTH)) {
      return IpExtension.NOTHING;
    }
    cursor.skip(len - FIXED_LENGTH);
    return next;
  }

  /** Returns {@code IPSecAH}. */
  public String typeName() {
    return IpProtocol.name(IpProtocol.AUTHENTICATION);
  }

  /** Returns {@code TCP}, …, or {@code UnknownIPProtocol}. */
  public String nextHeaderName() {
    return IpProtocol.name(nextHeader);
  }
}
