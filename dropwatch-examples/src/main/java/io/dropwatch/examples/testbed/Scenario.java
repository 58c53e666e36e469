package io.dropwatch.examples.testbed;

import static io.dropwatch.examples.testbed.RoutedNetwork.CLIENT4;
import static io.dropwatch.examples.testbed.RoutedNetwork.CLIENT6;
import static io.dropwatch.examples.testbed.RoutedNetwork.SERVER4;
import static io.dropwatch.examples.testbed.RoutedNetwork.SERVER6;

import io.dropwatch.examples.testbed.RoutedNetwork.Host;
import io.dropwatch.layers.FiveTuple;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A way to lose packets in a {@link RoutedNetwork}: the kernel drops every packet sent, in one
 * function, for one reason.
 *
 * <p>Reasons and functions are those of the {@code skb:kfree_skb} tracepoint on Linux 6.18. Each
 * scenario has its own ports, so that one network can have all scenarios at once.
 */
// The fields are immutable values and stateless functions, of types not annotated as such.
@SuppressWarnings("ImmutableEnumChecker")
public enum Scenario {
  UDP_PORT_CLOSED(
      "The server has no socket on the UDP port",
      udp(CLIENT4, 41001, SERVER4, 7001),
      new Drop(Host.SERVER, "eth0", "NO_SOCKET", "__udp4_lib_rcv"),
      ScenarioSetup::none,
      Traffic::datagrams,
      KernelCounter.column(Host.SERVER, "snmp", "Udp:", "NoPorts")),
  UDP_PORT_CLOSED_IPV6(
      "The server has no socket on the UDP port (IPv6)",
      udp(CLIENT6, 41002, SERVER6, 7002),
      new Drop(Host.SERVER, "eth0", "NO_SOCKET", "__udp6_lib_rcv"),
      ScenarioSetup::none,
      Traffic::datagrams,
      KernelCounter.line(Host.SERVER, "Udp6NoPorts")),
  TCP_PORT_CLOSED(
      "The server has no socket on the TCP port; the client gets an RST",
      tcp(CLIENT4, 41003, SERVER4, 7003),
      new Drop(Host.SERVER, "eth0", "NO_SOCKET", "tcp_v4_rcv"),
      ScenarioSetup::none,
      Traffic::refusedConnects,
      KernelCounter.column(Host.SERVER, "snmp", "Tcp:", "OutRsts")),
  RECEIVE_BUFFER_FULL(
      "The server's program reads too slowly: the receive buffer is full",
      udp(CLIENT4, 41004, SERVER4, 7004),
      new Drop(Host.SERVER, "eth0", "SOCKET_RCVBUFF", "udp_queue_rcv_one_skb"),
      ScenarioSetup::fullReceiveBuffer,
      Traffic::datagrams,
      KernelCounter.column(Host.SERVER, "snmp", "Udp:", "RcvbufErrors")),
  NFTABLES_OUTPUT(
      "A firewall rule on the client drops it before it has a device (nftables output hook)",
      udp(CLIENT4, 41018, SERVER4, 7018),
      new Drop(Host.CLIENT, null, "NETFILTER_DROP", "nft_do_chain"),
      ScenarioSetup::nftablesOutput,
      Traffic::forbiddenDatagrams,
      KernelCounter.nftables(Host.CLIENT, 7018)),
  NFTABLES_INPUT(
      "A firewall rule on the server drops it (nftables input hook)",
      udp(CLIENT4, 41005, SERVER4, 7005),
      new Drop(Host.SERVER, "eth0", "NETFILTER_DROP", "nft_do_chain"),
      ScenarioSetup::nftablesInput,
      Traffic::datagrams,
      KernelCounter.nftables(Host.SERVER, 7005)),
  NFTABLES_INPUT_IPV6(
      "A firewall rule on the server drops it (nftables input hook, IPv6)",
      udp(CLIENT6, 41006, SERVER6, 7006),
      new Drop(Host.SERVER, "eth0", "NETFILTER_DROP", "nft_do_chain"),
      ScenarioSetup::nftablesInput,
      Traffic::datagrams,
      KernelCounter.nftables(Host.SERVER, 7006)),
  NFTABLES_INGRESS(
      "A firewall rule drops it before IP (nftables netdev ingress hook)",
      udp(CLIENT4, 41007, SERVER4, 7007),
      new Drop(Host.SERVER, "eth0", "NETFILTER_DROP", "nft_do_chain"),
      ScenarioSetup::nftablesIngress,
      Traffic::datagrams,
      KernelCounter.nftables(Host.SERVER, 7007)),
  TC_INGRESS(
      "A tc classifier on the server's device drops it",
      udp(CLIENT4, 41008, SERVER4, 7008),
      new Drop(Host.SERVER, "eth0", "TC_INGRESS", "__netif_receive_skb_core"),
      ScenarioSetup::tcIngress,
      Traffic::datagrams,
      KernelCounter.clsact(Host.SERVER, "eth0")),
  TTL_EXPIRED(
      "Its TTL expires at the router, as in a routing loop or with traceroute",
      udp(CLIENT4, 41009, SERVER4, 7009),
      new Drop(Host.ROUTER, "eth0", "IP_INHDR", "ip_forward"),
      ScenarioSetup::none,
      Traffic.frames(frame -> frame.timeToLive(1)),
      KernelCounter.column(Host.ROUTER, "snmp", "Ip:", "InHdrErrors")),
  HOP_LIMIT_EXPIRED_IPV6(
      "Its hop limit expires at the router (IPv6)",
      udp(CLIENT6, 41010, SERVER6, 7010),
      new Drop(Host.ROUTER, "eth0", "IP_INHDR", "ip6_forward"),
      ScenarioSetup::none,
      Traffic.frames(frame -> frame.timeToLive(1)),
      KernelCounter.line(Host.ROUTER, "Ip6InHdrErrors")),
  NO_ROUTE(
      "The router has no route to its destination",
      udp(CLIENT4, 41011, "203.0.113.9", 7011),
      new Drop(Host.ROUTER, "eth0", "IP_INNOROUTES", "ip_error"),
      ScenarioSetup::none,
      Traffic::datagrams,
      KernelCounter.column(Host.ROUTER, "netstat", "IpExt:", "InNoRoutes")),
  NO_ROUTE_IPV6(
      "The router has no route to its destination (IPv6)",
      udp(CLIENT6, 41012, "2001:db8:c::9", 7012),
      new Drop(Host.ROUTER, "eth0", "IP_INNOROUTES", "ip6_pkt_discard"),
      ScenarioSetup::none,
      Traffic::datagrams,
      KernelCounter.line(Host.ROUTER, "Ip6InNoRoutes")),
  UDP_CHECKSUM(
      "Its UDP checksum is wrong",
      udp(CLIENT4, 41013, SERVER4, 7013),
      new Drop(Host.SERVER, "eth0", "UDP_CSUM", "__udp4_lib_rcv"),
      ScenarioSetup::none,
      Traffic.frames(EthernetFrame::withWrongChecksum),
      KernelCounter.column(Host.SERVER, "snmp", "Udp:", "InCsumErrors")),
  TCP_CHECKSUM(
      "Its TCP checksum is wrong",
      tcp(CLIENT4, 41014, SERVER4, 7014),
      new Drop(Host.SERVER, "eth0", "TCP_CSUM", "tcp_v4_rcv"),
      ScenarioSetup::none,
      Traffic.frames(EthernetFrame::withWrongChecksum),
      KernelCounter.column(Host.SERVER, "snmp", "Tcp:", "InCsumErrors")),
  TRUNCATED(
      "It is shorter than its IP length",
      udp(CLIENT4, 41015, SERVER4, 7015),
      new Drop(Host.ROUTER, "eth0", "PKT_TOO_SMALL", "ip_rcv_core"),
      ScenarioSetup::none,
      Traffic.frames(frame -> frame.withMissingBytes(400)),
      KernelCounter.column(Host.ROUTER, "netstat", "IpExt:", "InTruncatedPkts")),
  NEIGHBOUR_UNRESOLVED(
      "The next hop does not answer ARP",
      udp(CLIENT4, 41016, "192.0.2.99", 7016),
      new Drop(Host.CLIENT, "eth0", "NEIGH_FAILED", "neigh_invalidate"),
      ScenarioSetup::shortNeighbourTimeout,
      Traffic::datagrams,
      null),
  NEIGHBOUR_UNRESOLVED_IPV6(
      "The next hop does not answer neighbour discovery (IPv6)",
      udp(CLIENT6, 41017, "2001:db8:a::99", 7017),
      new Drop(Host.CLIENT, "eth0", "NOT_SPECIFIED", "neigh_invalidate"),
      ScenarioSetup::shortNeighbourTimeout,
      Traffic::datagrams,
      null);

  /**
   * The drop of the packets of a scenario.
   *
   * @param host where the packet is dropped
   * @param device the device of the packet there, or null
   * @param reason name in the kernel's {@code enum skb_drop_reason}, without {@code
   *     SKB_DROP_REASON_}
   * @param function a function in each stack; compilers may append a suffix such as {@code
   *     .constprop.0}
   */
  public record Drop(Host host, @Nullable String device, String reason, String function) {}

  private final String description;
  private final FiveTuple flow;
  private final Drop drop;
  private final ScenarioSetup setup;
  private final Traffic traffic;
  private final @Nullable KernelCounter counter;

  Scenario(
      String description,
      FiveTuple flow,
      Drop drop,
      ScenarioSetup setup,
      Traffic traffic,
      @Nullable KernelCounter counter) {
    this.description = description;
    this.flow = flow;
    this.drop = drop;
    this.setup = setup;
    this.traffic = traffic;
    this.counter = counter;
  }

  /** Returns what happens to the packet, in words. */
  public String description() {
    return description;
  }

  /** Returns the five-tuple of the packets. */
  public FiveTuple flow() {
    return flow;
  }

  /** Returns the filter expression that matches these packets only, in this direction. */
  public String filter() {
    return "%s and src host %s and src port %d and dst host %s and dst port %d"
        .formatted(
            flow.protocolLabel().toLowerCase(Locale.ROOT),
            flow.sourceAddress(),
            flow.sourcePort(),
            flow.destinationAddress(),
            flow.destinationPort());
  }

  static FiveTuple udp(String from, int sourcePort, String to, int destinationPort) {
    return fiveTuple(17, from, sourcePort, to, destinationPort);
  }

  static FiveTuple tcp(String from, int sourcePort, String to, int destinationPort) {
    return fiveTuple(6, from, sourcePort, to, destinationPort);
  }

  private static FiveTuple fiveTuple(
      int protocol, String from, int sourcePort, String to, int destinationPort) {
    return FiveTuple.of(
        protocol,
        new InetSocketAddress(InetAddress.ofLiteral(from), sourcePort),
        new InetSocketAddress(InetAddress.ofLiteral(to), destinationPort));
  }

  /** Returns where and why the kernel drops the packets. */
  public Drop drop() {
    return drop;
  }

  /** Prepares the network; called once per network, before the first {@link #send}. */
  public void prepare(RoutedNetwork network) {
    setup.apply(network, flow);
  }

  /**
   * Sends packets and returns when the client's kernel has accepted them. Packets for unresolved
   * neighbours are dropped within a second.
   */
  public void send(RoutedNetwork network, int packets) {
    traffic.send(network, flow, packets);
  }

  /** Returns the kernel's own counter of such drops, if it has one. */
  public OptionalLong kernelCount(RoutedNetwork network) {
    return counter == null ? OptionalLong.empty() : OptionalLong.of(counter.read(network));
  }
}
