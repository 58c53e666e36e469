package io.dropwatch.pcapfilter;

/** What the first byte of a packet belongs to. */
public enum LinkType {
  /** An Ethernet header; libpcap's DLT_EN10MB. */
  ETHERNET,
  /** An IPv4 or IPv6 header; libpcap's DLT_RAW. */
  RAW_IP,
  /**
   * A packet as the dropwatch probe sees it in the kernel: bytes from the network header on, a MAC
   * header in front of them where the kernel still has one, and what the kernel knows beside the
   * bytes.
   *
   * <p>Compared with {@link #ETHERNET} a filter can do better here:
   *
   * <ul>
   *   <li>{@code ip}, {@code ip6}, {@code arp} and {@code ether proto} test the protocol that the
   *       kernel recognised, with or without a MAC header;
   *   <li>{@code vlan} also sees the tag that the kernel has taken out of the frame, and then
   *       shifts nothing; a packet without a tag shifts nothing either;
   *   <li>{@code broadcast} and {@code multicast} fall back to the kernel's packet type when the
   *       MAC header is gone;
   *   <li>{@code inbound}, {@code outbound} and {@code ifindex} are known.
   * </ul>
   *
   * <p>Without a MAC header {@code ether host} is false and {@code ether[...]} rejects the packet.
   * {@code len} counts the MAC header if it is there.
   */
  SKB
}
