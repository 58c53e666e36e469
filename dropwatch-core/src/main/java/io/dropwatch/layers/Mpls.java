package io.dropwatch.layers;

/**
 * One entry of an MPLS label stack (RFC 3032), outermost first. MPLS does not name the protocol
 * after the bottom entry; it is decoded as IP if its first four bits are a version of IP.
 *
 * <pre>{@code
 * label:20 tc:3 bottom:1 ttl:8
 * }</pre>
 *
 * @param label 20 bits; 0 and 2 are explicit nulls (of IPv4, of IPv6), 3 to 15 reserved
 * @param trafficClass 3 bits (RFC 5462)
 * @param bottom whether this is the last entry
 * @param ttl hops left
 */
public record Mpls(int label, int trafficClass, boolean bottom, int ttl) implements Layer {
  private static final int LENGTH = 4;

  static void decode(Dissection dissection) {
    boolean bottom = false;
    while (!bottom) {
      if (!dissection.has(LENGTH)) {
        return;
      }
      long entry = dissection.cursor().u32();
      bottom = (entry & 0x100) != 0;
      dissection.add(
          new Mpls((int) (entry >> 12), (int) (entry >> 9) & 7, bottom, (int) entry & 0xff));
    }
    EtherType.decodeIp(dissection);
  }
}
