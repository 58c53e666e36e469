package io.dropwatch.layers;

/**
 * The IPv6 header (RFC 8200). Numbers are unsigned and in host order. Extension headers follow it
 * in {@link Layers#all}.
 *
 * @param version 6 unless malformed
 * @param trafficClass DSCP and ECN
 * @param flowLabel 20 bits
 * @param len bytes after these 40; 0 in jumbograms and in packets that the kernel has yet to
 *     segment (BIG TCP)
 * @param nextHeader IANA number of what follows
 * @param hopLimit hops left
 * @param src source address
 * @param dst destination address
 */
public record Ipv6(
    int version,
    int trafficClass,
    int flowLabel,
    int len,
    int nextHeader,
    int hopLimit,
    IpAddress src,
    IpAddress dst)
    implements Layer {
  private static final int LENGTH = 40;

  static void decode(Dissection dissection) {
    if (!dissection.has(LENGTH)) {
      return;
    }
    Cursor cursor = dissection.cursor();
    long first = cursor.u32();
    var ip =
        new Ipv6(
            (int) (first >> 28),
            (int) (first >> 20) & 0xff,
            (int) first & 0xfffff,
            cursor.u16(),
            cursor.u8(),
            cursor.u8(),
            IpAddress.v6(cursor),
            IpAddress.v6(cursor));
    dissection.add(ip);
    if (ip.version != 6) {
      dissection.malformed();
      return;
    }
    if (ip.len != 0) {
      cursor.limit(ip.len);
    }
    int next = IpExtension.decodeAll(dissection, ip.nextHeader);
    if (next != IpExtension.NOTHING) {
      IpProtocol.decode(dissection, next);
    }
  }

  /** Returns {@code TCP}, {@code IPv6HopByHop}, …, or {@code UnknownIPProtocol}. */
  public String nextHeaderName() {
    return IpProtocol.name(nextHeader);
  }
}
