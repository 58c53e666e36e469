package io.dropwatch.layers;

/**
 * An IPsec authentication header (RFC 4302), in IPv4 or among the extension headers of IPv6. What
 * it protects is not encrypted, so decoding goes on behind it.
 *
 * @param nextHeader IANA number of what follows
 * @param len bytes of this header
 * @param spi security parameters index, 32 bits
 * @param seq sequence number, 32 bits
 */
public record Ah(int nextHeader, int len, long spi, long seq) implements Layer {
  private static final int FIXED_LENGTH = 12;

  /** Returns what follows, or {@link IpExtension#NOTHING}. */
  static int decode(Dissection dissection) {
    if (!dissection.has(FIXED_LENGTH)) {
      return IpExtension.NOTHING;
    }
    Cursor cursor = dissection.cursor();
    int next = cursor.u8();
    // RFC 4302, 2.2: words of 4 bytes less two.
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

  /** {@code IPSecAH}. */
  public String typeName() {
    return IpProtocol.name(IpProtocol.AUTHENTICATION);
  }

  /** {@code TCP}, …, {@code UnknownIPProtocol}. */
  public String nextHeaderName() {
    return IpProtocol.name(nextHeader);
  }
}
