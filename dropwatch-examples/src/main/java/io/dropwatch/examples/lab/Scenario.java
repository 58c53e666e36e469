package io.dropwatch.examples.lab;

import static io.dropwatch.examples.lab.RoutedNetwork.CLIENT4;
import static io.dropwatch.examples.lab.RoutedNetwork.CLIENT6;
import static io.dropwatch.examples.lab.RoutedNetwork.SERVER4;
import static io.dropwatch.examples.lab.RoutedNetwork.SERVER6;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A way to lose packets in a {@link RoutedNetwork}: N sent are N dropped, at one place in the
 * kernel, for one reason.
 *
 * <p>Reasons and functions were measured on Linux 6.18 with the {@code skb:kfree_skb} tracepoint.
 * Each scenario has ports of its own, so that all of them fit into one network, each once.
 */
// Its parts are values and stateless functions, of types that cannot say so.
@SuppressWarnings("ImmutableEnumChecker")
public enum Scenario {
  UDP_PORT_CLOSED(
      "Nobody listens on the server's UDP port",
      Flow.udp(CLIENT4, 41001, SERVER4, 7001),
      new Drop(Host.SERVER, "eth0", "NO_SOCKET", "__udp4_lib_rcv"),
      Preparation::none,
      Traffic::datagrams,
      KernelCounter.column(Host.SERVER, "snmp", "Udp:", "NoPorts")),
  UDP_PORT_CLOSED_IPV6(
      "Nobody listens on the server's UDP port, over IPv6",
      Flow.udp(CLIENT6, 41002, SERVER6, 7002),
      new Drop(Host.SERVER, "eth0", "NO_SOCKET", "__udp6_lib_rcv"),
      Preparation::none,
      Traffic::datagrams,
      KernelCounter.line(Host.SERVER, "Udp6NoPorts")),
  TCP_PORT_CLOSED(
      "Nobody listens on the server's TCP port; the client gets a RST",
      Flow.tcp(CLIENT4, 41003, SERVER4, 7003),
      new Drop(Host.SERVER, "eth0", "NO_SOCKET", "tcp_v4_rcv"),
      Preparation::none,
      Traffic::refusedConnects,
      KernelCounter.column(Host.SERVER, "snmp", "Tcp:", "OutRsts")),
  RECEIVE_BUFFER_FULL(
      "The server's program does not read fast enough: its receive buffer is full",
      Flow.udp(CLIENT4, 41004, SERVER4, 7004),
      new Drop(Host.SERVER, "eth0", "SOCKET_RCVBUFF", "udp_queue_rcv_one_skb"),
      Preparation::fullReceiveBuffer,
      Traffic::datagrams,
      KernelCounter.column(Host.SERVER, "snmp", "Udp:", "RcvbufErrors")),
  NFTABLES_OUTPUT(
      "A firewall rule on the client drops it before it has a device (nftables, output hook)",
      Flow.udp(CLIENT4, 41018, SERVER4, 7018),
      new Drop(Host.CLIENT, null, "NETFILTER_DROP", "nft_do_chain"),
      Preparation::nftablesOutput,
      Traffic::forbiddenDatagrams,
      KernelCounter.nftables(Host.CLIENT, 7018)),
  NFTABLES_INPUT(
      "A firewall rule on the server drops it (nftables, input hook)",
      Flow.udp(CLIENT4, 41005, SERVER4, 7005),
      new Drop(Host.SERVER, "eth0", "NETFILTER_DROP", "nft_do_chain"),
      Preparation::nftablesInput,
      Traffic::datagrams,
      KernelCounter.nftables(Host.SERVER, 7005)),
  NFTABLES_INPUT_IPV6(
      "A firewall rule on the server drops it (nftables, input hook), over IPv6",
      Flow.udp(CLIENT6, 41006, SERVER6, 7006),
      new Drop(Host.SERVER, "eth0", "NETFILTER_DROP", "nft_do_chain"),
      Preparation::nftablesInput,
      Traffic::datagrams,
      KernelCounter.nftables(Host.SERVER, 7006)),
  NFTABLES_INGRESS(
      "A firewall rule drops it before IP sees it (nftables, netdev ingress hook)",
      Flow.udp(CLIENT4, 41007, SERVER4, 7007),
      new Drop(Host.SERVER, "eth0", "NETFILTER_DROP", "nft_do_chain"),
      Preparation::nftablesIngress,
      Traffic::datagrams,
      KernelCounter.nftables(Host.SERVER, 7007)),
  TC_INGRESS(
      "A traffic-control classifier on the server's device drops it",
      Flow.udp(CLIENT4, 41008, SERVER4, 7008),
      new Drop(Host.SERVER, "eth0", "TC_INGRESS", "__netif_receive_skb_core"),
      Preparation::tcIngress,
      Traffic::datagrams,
      KernelCounter.clsact(Host.SERVER, "eth0")),
  TTL_EXPIRED(
      "Its TTL ends at the router, as in a routing loop or under traceroute",
      Flow.udp(CLIENT4, 41009, SERVER4, 7009),
      new Drop(Host.ROUTER, "eth0", "IP_INHDR", "ip_forward"),
      Preparation::none,
      Traffic.frames(frame -> frame.timeToLive(1)),
      KernelCounter.column(Host.ROUTER, "snmp", "Ip:", "InHdrErrors")),
  HOP_LIMIT_EXPIRED_IPV6(
      "Its hop limit ends at the router",
      Flow.udp(CLIENT6, 41010, SERVER6, 7010),
      new Drop(Host.ROUTER, "eth0", "IP_INHDR", "ip6_forward"),
      Preparation::none,
      Traffic.frames(frame -> frame.timeToLive(1)),
      KernelCounter.line(Host.ROUTER, "Ip6InHdrErrors")),
  NO_ROUTE(
      "The router has no route to where it should go",
      Flow.udp(CLIENT4, 41011, "203.0.113.9", 7011),
      new Drop(Host.ROUTER, "eth0", "IP_INNOROUTES", "ip_error"),
      Preparation::none,
      Traffic::datagrams,
      KernelCounter.column(Host.ROUTER, "netstat", "IpExt:", "InNoRoutes")),
  NO_ROUTE_IPV6(
      "The router has no route to where it should go, over IPv6",
      Flow.udp(CLIENT6, 41012, "2001:db8:c::9", 7012),
      new Drop(Host.ROUTER, "eth0", "IP_INNOROUTES", "ip6_pkt_discard"),
      Preparation::none,
      Traffic::datagrams,
      KernelCounter.line(Host.ROUTER, "Ip6InNoRoutes")),
  UDP_CHECKSUM(
      "Its UDP checksum is wrong: damaged on the way",
      Flow.udp(CLIENT4, 41013, SERVER4, 7013),
      new Drop(Host.SERVER, "eth0", "UDP_CSUM", "__udp4_lib_rcv"),
      Preparation::none,
      Traffic.frames(Frame::withWrongChecksum),
      KernelCounter.column(Host.SERVER, "snmp", "Udp:", "InCsumErrors")),
  TCP_CHECKSUM(
      "Its TCP checksum is wrong: damaged on the way",
      Flow.tcp(CLIENT4, 41014, SERVER4, 7014),
      new Drop(Host.SERVER, "eth0", "TCP_CSUM", "tcp_v4_rcv"),
      Preparation::none,
      Traffic.frames(Frame::withWrongChecksum),
      KernelCounter.column(Host.SERVER, "snmp", "Tcp:", "InCsumErrors")),
  TRUNCATED(
      "It is shorter than its IP header says",
      Flow.udp(CLIENT4, 41015, SERVER4, 7015),
      new Drop(Host.ROUTER, "eth0", "PKT_TOO_SMALL", "ip_rcv_core"),
      Preparation::none,
      Traffic.frames(frame -> frame.withMissingBytes(400)),
      KernelCounter.column(Host.ROUTER, "netstat", "IpExt:", "InTruncatedPkts")),
  NEIGHBOUR_UNRESOLVED(
      "Nobody answers ARP for the next hop: the packets waited in vain",
      Flow.udp(CLIENT4, 41016, "192.0.2.99", 7016),
      new Drop(Host.CLIENT, "eth0", "NEIGH_FAILED", "neigh_invalidate"),
      Preparation::impatientNeighbours,
      Traffic::datagrams,
      null),
  NEIGHBOUR_UNRESOLVED_IPV6(
      "Nobody answers neighbour discovery for the next hop",
      Flow.udp(CLIENT6, 41017, "2001:db8:a::99", 7017),
      new Drop(Host.CLIENT, "eth0", "NOT_SPECIFIED", "neigh_invalidate"),
      Preparation::impatientNeighbours,
      Traffic::datagrams,
      null);

  /**
   * What the kernel does with the packets of a scenario.
   *
   * @param host where
   * @param device the device that the packet is on there, if it is on one
   * @param reason name in the kernel's {@code enum skb_drop_reason}, without {@code
   *     SKB_DROP_REASON_}
   * @param function a function that every one of the stacks contains; compilers may append a suffix
   *     such as {@code .constprop.0}
   */
  public record Drop(Host host, @Nullable String device, String reason, String function) {}

  private final String story;
  private final Flow flow;
  private final Drop drop;
  private final Preparation preparation;
  private final Traffic traffic;
  private final @Nullable KernelCounter counter;

  Scenario(
      String story,
      Flow flow,
      Drop drop,
      Preparation preparation,
      Traffic traffic,
      @Nullable KernelCounter counter) {
    this.story = story;
    this.flow = flow;
    this.drop = drop;
    this.preparation = preparation;
    this.traffic = traffic;
    this.counter = counter;
  }

  /** What happens to the packet, in a sentence for people. */
  public String story() {
    return story;
  }

  /** The five-tuple of its packets. */
  public Flow flow() {
    return flow;
  }

  /** What the kernel does with them. */
  public Drop drop() {
    return drop;
  }

  /** Sets up what the drop needs, once per network and before the first {@link #send}. */
  public void prepare(RoutedNetwork network) {
    preparation.in(network, flow);
  }

  /**
   * Sends packets; returns when the client's kernel has taken them. Unresolved neighbours are given
   * up within a second.
   */
  public void send(RoutedNetwork network, int packets) {
    traffic.send(network, flow, packets);
  }

  /** How many such drops the kernel's own statistics show so far, where it keeps any. */
  public OptionalLong kernelCount(RoutedNetwork network) {
    return counter == null ? OptionalLong.empty() : OptionalLong.of(counter.read(network));
  }
}
