package io.dropwatch.layers;

/**
 * The IPv6 fragment header (RFC 8200, 4.5).
 *
 * @param nextHeader IANA number of what the whole packet continues with
 * @param fragOffset place of the fragment in units of 8 bytes
 * @param moreFragments whether others follow
 * @param id which packet it is a part of, 32 bits
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

  /** False for an "atomic" fragment, which is the whole packet (RFC 6946). */
  public boolean isFragment() {
    return fragOffset != 0 || moreFragments;
  }

  /** {@code IPv6Fragment}. */
  public String typeName() {
    return IpProtocol.name(IpProtocol.FRAGMENT);
  }

  /** {@code UDP}, …, {@code UnknownIPProtocol}. */
  public String nextHeaderName() {
    return IpProtocol.name(nextHeader);
  }
}
