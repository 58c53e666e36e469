package io.dropwatch.layers;

/**
 * The IPv6 fragment header (RFC 8200, 4.5).
 *
 * @param nextHeader IANA number of the first header of the fragmented part
 * @param fragOffset fragment offset in units of 8 bytes
 * @param moreFragments whether this is not the last fragment
 * @param id identification of the fragmented packet, 32 bits
 */
public record Ipv6Fragment(int nextHeader, int fragOffset, boolean moreFragments, long id)
    implements Layer {
  private static final int LENGTH = 8;

  static int decode(Dissection dissection) {
    if (!dissection.has(LENGTH)) {
      return IpExtension.NOTHING;
    }
    Cursor cursor = dissection.cursor();
    int nextHeader = cursor.u8();
    cursor.skip(1);
    int offsetAndFlags = cursor.u16();
    var fragment =
        new Ipv6Fragment(nextHeader, offsetAndFlags >> 3, (offsetAndFlags & 1) != 0, cursor.u32());
    dissection.add(fragment);
    return fragment.fragOffset == 0 ? nextHeader : IpExtension.NOTHING;
  }

  /** Returns false for an "atomic" fragment, which is the whole packet (RFC 6946). */
  public boolean isFragment() {
    return fragOffset != 0 || moreFragments;
  }

  /** Returns {@code IPv6Fragment}. */
  public String typeName() {
    return IpProtocol.name(IpProtocol.FRAGMENT);
  }

  /** Returns {@code UDP}, …, or {@code UnknownIPProtocol}. */
  public String nextHeaderName() {
    return IpProtocol.name(nextHeader);
  }
}
