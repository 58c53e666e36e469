package io.dropwatch.layers;

/** Names for protocol numbers where there is no packet to decode. */
public final class Protocols {
  private static final String UNKNOWN = "Unknown";

  private Protocols() {}

  /**
   * As {@link Layers#label} says it where it has a name: {@code IPv4/TCP}, {@code IPv6/ICMPv6},
   * {@code ARP}; else with the number: {@code IPv4/253}, {@code 0x88b5}; {@code unknown} for no
   * protocol at all.
   *
   * @param etherType host order; 0 when unknown
   * @param ipProtocol of an IP packet
   */
  public static String label(int etherType, int ipProtocol) {
    if (etherType == 0) {
      return "unknown";
    }
    String name = EtherType.name(etherType);
    if (etherType != EtherType.IPV4 && etherType != EtherType.IPV6) {
      return name.startsWith(UNKNOWN) ? "0x%04x".formatted(etherType) : name;
    }
    String transport = ipProtocol == IpProtocol.ICMP ? "ICMP" : IpProtocol.name(ipProtocol);
    return name + "/" + (transport.startsWith(UNKNOWN) ? ipProtocol : transport);
  }
}
