package io.dropwatch.pcapfilter;

import io.dropwatch.pcapfilter.internal.predicate.PacketView;

/**
 * A filter for packets as the dropwatch probe sees them in the kernel, in tcpdump's filter
 * language, pcap-filter(7).
 *
 * <pre>{@code
 * SkbFilter filter = SkbFilter.compile("tcp and inbound");
 * SkbPacket packet =
 *     SkbPacket.builder().packet(LinkType.ETHERNET, frame, frame.length).ifindex(2).build();
 * boolean match = filter.matches(packet);
 * }</pre>
 *
 * <p>The verdict is the one that the filter has in the kernel. A packet in the kernel ({@code
 * struct sk_buff}) is more than its bytes: the bytes start at the network header, with a MAC header
 * in front where the kernel still has one, and the metadata of {@link SkbPacket} come with them.
 * These constructs use the metadata:
 *
 * <table>
 * <caption>Differences from the filters for bytes</caption>
 * <tr><th>construct<th>{@link PcapFilter}<th>{@code SkbFilter}
 * <tr><td>{@code ip ip6 arp rarp}, {@code ether proto N}
 *   <td>bytes 12 and 13 of the MAC header; without one the version nibble, so that {@code arp} is
 *     refused
 *   <td>{@code skb->protocol}, with or without a MAC header
 * <tr><td>{@code host}, {@code net}: addresses of ARP and RARP
 *   <td>not on {@link LinkType#RAW_IP}
 *   <td>wherever {@code skb->protocol} says ARP or RARP
 * <tr><td>{@code vlan}, {@code vlan N}
 *   <td>the tag in the frame; {@code RAW_IP} refuses
 *   <td>also the tag that the kernel or the network card took out ({@code skb->vlan_tci}), which is
 *     the outermost one
 * <tr><td>primitives after {@code vlan}
 *   <td>moved by 4 bytes for every packet, tagged or not: {@code not vlan and ip} misreads
 *   <td>moved only for packets whose tag is in front of the network header, and only if {@code
 *     and} joins them to the {@code vlan}
 * <tr><td>{@code vlan 5 or vlan 6}, {@code not vlan 5 and not vlan 6}
 *   <td>the second one is the next tag inside, for packets without the first one too
 *   <td>both are about the same tag. {@code vlan 5 and vlan 6} is a tag inside a tag
 * <tr><td>{@code broadcast}, {@code multicast}
 *   <td>the destination MAC address; {@code RAW_IP} refuses
 *   <td>the same, or {@code skb->pkt_type} without a MAC header
 * <tr><td>{@code ether host}, {@code ether[...]}
 *   <td>{@code RAW_IP} refuses the first
 *   <td>without a MAC header the first is false and the second rejects the packet
 * <tr><td>{@code inbound}, {@code outbound}
 *   <td>refused
 *   <td>{@code skb->pkt_type}
 * <tr><td>{@code ifindex N}, {@code ifname NAME}
 *   <td>refused
 *   <td>the index of the packet's device. {@link FilterOptions.Builder#deviceResolver} resolves a
 *     name; an index is valid within one network namespace
 * <tr><td>{@code mpls}, {@code pppoes}, {@code pppoed}
 *   <td>{@code RAW_IP} refuses
 *   <td>with or without a MAC header
 * <tr><td>{@code len}, {@code less}, {@code greater}
 *   <td>bytes on the wire
 *   <td>the same; the MAC header counts where there is one
 * <tr><td>{@code llc} and 802.2 protocols
 *   <td>a length in place of the EtherType
 *   <td>{@code ETH_P_802_2} or {@code ETH_P_802_3}; an unknown protocol, 0, is not LLC
 * </table>
 *
 * <p>Everything else reads the same bytes in the same way.
 */
public final class SkbFilter extends Filter {
  private SkbFilter(Compilation compilation) {
    super(compilation);
  }

  /**
   * Compiles an expression with {@link FilterOptions#DEFAULT}. The empty expression matches every
   * packet.
   *
   * @throws FilterSyntaxException if the expression is not a filter
   */
  public static SkbFilter compile(String expression) {
    return compile(expression, FilterOptions.DEFAULT);
  }

  /**
   * Compiles an expression. The empty expression matches every packet.
   *
   * @throws FilterSyntaxException if the expression is not a filter. Exceptions of the resolvers in
   *     {@code options} are passed on unchanged
   */
  public static SkbFilter compile(String expression, FilterOptions options) {
    return new SkbFilter(Compilation.of(expression, PacketView.SKB, options));
  }

  /** Returns whether a packet matches. */
  public boolean matches(SkbPacket packet) {
    return compiled().matches(packet.bytes, packet.macLength(), packet.networkLength(), packet);
  }

  /**
   * Returns which primitive of the expression decides on a packet, and what each of them read. The
   * verdict is that of {@link #matches}.
   */
  public Explanation explain(SkbPacket packet) {
    return compilation().explain(packet.bytes, packet.macLength(), packet.networkLength(), packet);
  }
}
