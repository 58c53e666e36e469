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
   * <p>The kernel's own view of a packet ({@code struct sk_buff}) says more than its bytes. What
   * differs from the link types that see bytes only:
   *
   * <table>
   * <caption>Where the probe does better than the bytes</caption>
   * <tr><th>construct<th>{@link #ETHERNET}, {@link #RAW_IP}<th>{@code SKB}
   * <tr><td>{@code ip ip6 arp rarp}, {@code ether proto N}
   *   <td>bytes 12 and 13 of the MAC header; without one the version nibble, so that {@code arp} is
   *     refused
   *   <td>{@code skb->protocol}, with or without a MAC header
   * <tr><td>{@code host}, {@code net}: addresses of ARP and RARP
   *   <td>not on {@code RAW_IP}
   *   <td>wherever the kernel says ARP
   * <tr><td>{@code vlan}, {@code vlan N}
   *   <td>the tag in the frame; {@code RAW_IP} refuses
   *   <td>also the tag that the kernel or the card has taken out ({@code skb->vlan_tci}), which is
   *     the outermost one
   * <tr><td>tests behind {@code vlan}
   *   <td>moved by 4 bytes for every packet, tagged or not: {@code not vlan and ip} misreads
   *   <td>moved for those packets only whose tag is in front of the network header
   * <tr><td>{@code broadcast}, {@code multicast}
   *   <td>the destination's MAC address; {@code RAW_IP} refuses
   *   <td>the same, or {@code skb->pkt_type} where the MAC header is gone
   * <tr><td>{@code ether host}, {@code ether[...]}
   *   <td>{@code RAW_IP} refuses the first
   *   <td>without a MAC header the first is false and the second rejects the packet
   * <tr><td>{@code inbound}, {@code outbound}
   *   <td>refused
   *   <td>{@code skb->pkt_type}
   * <tr><td>{@code ifindex N}, {@code ifname NAME}
   *   <td>refused
   *   <td>the index of the packet's device; a name's index is what {@link
   *     FilterOptions#withDevices} says, and it counts within one network namespace
   * <tr><td>{@code mpls}, {@code pppoes}, {@code pppoed}
   *   <td>{@code RAW_IP} refuses
   *   <td>with or without a MAC header
   * <tr><td>{@code len}, {@code less}, {@code greater}
   *   <td>bytes on the wire
   *   <td>the same; the MAC header counts where it is there
   * <tr><td>{@code llc} and what is told by 802.2
   *   <td>a length in place of the ethertype
   *   <td>{@code ETH_P_802_2} or {@code ETH_P_802_3}; an unknown protocol, 0, is not LLC
   * </table>
   *
   * <p>Everything else reads the same bytes in the same way.
   */
  SKB
}
