package io.dropwatch.layers;

/**
 * An IPv6 extension header (RFC 8200, 4): hop-by-hop options, routing, destination options,
 * mobility, host identity, shim6. The fragment header is {@link Ipv6Fragment}, the authentication
 * header {@link Ah}.
 *
 * @param type IANA number of this header
 * @param nextHeader IANA number of the next header
 * @param len bytes of this header
 */
public record IpExtension(int type, int nextHeader, int len) implements Layer {
  /** No header follows: this is a later fragment, or the bytes ended. */
  static final int NOTHING = -1;

  /** Decodes extension headers; returns the number of the first other header. */
  static int decodeAll(Dissection dissection, int first) {
    int next = first;
    while (true) {
      switch (next) {
        case IpProtocol.HOP_BY_HOP,
            IpProtocol.ROUTING,
            IpProtocol.DESTINATION_OPTIONS,
            IpProtocol.MOBILITY,
            IpProtocol.HOST_IDENTITY,
            IpProtocol.SHIM6 ->
            next = decode(dissection, next);
        case IpProtocol.FRAGMENT -> next = Ipv6Fragment.decode(dissection);
        case IpProtocol.AUTHENTICATION -> next = Ah.decode(dissection);
        default -> {
          return next;
        }
      }
    }
  }

  private static int decode(Dissection dissection, int type) {
    if (!dissection.has(2)) {
      return NOTHING;
    }
    Cursor cursor = dissection.cursor();
    int next = cursor.u8();
    int len = 8 * (cursor.u8() + 1);
    dissection.add(new IpExtension(type, next, len));
    if (!dissection.has(len - 2)) {
      return NOTHING;
    }
    cursor.skip(len - 2);
    return next;
  }

  /** Returns {@code IPv6HopByHop}, {@code IPv6Routing}, …, or {@code UnknownIPProtocol}. */
  public String typeName() {
    return IpProtocol.name(type);
  }

  /** Returns {@code TCP}, …, or {@code UnknownIPProtocol}. */
  public String nextHeaderName() {
    return IpProtocol.name(nextHeader);
  }
}
