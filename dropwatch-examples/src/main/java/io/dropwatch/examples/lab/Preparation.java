package io.dropwatch.examples.lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;

/** What must stand in the network before a scenario's packets are dropped in it. */
@FunctionalInterface
interface Preparation {
  void in(RoutedNetwork network, Flow flow);

  static void none(RoutedNetwork network, Flow flow) {}

  /** A firewall on the server, for what arrives. */
  static void nftablesInput(RoutedNetwork network, Flow flow) {
    nftables(network.server(), "input", flow);
  }

  /** A firewall on the client, for what it sends itself. */
  static void nftablesOutput(RoutedNetwork network, Flow flow) {
    nftables(network.client(), "output", flow);
  }

  private static void nftables(Namespace host, String hook, Flow flow) {
    host.nft(
        """
        add table inet lab
        add chain inet lab %1$s { type filter hook %1$s priority 0; }
        add rule inet lab %1$s udp dport %2$d counter drop
        """
            .formatted(hook, flow.destination().getPort()));
  }

  /** The same before the packet reaches IP. */
  static void nftablesIngress(RoutedNetwork network, Flow flow) {
    network
        .server()
        .nft(
            """
            add table netdev lab
            add chain netdev lab ingress { type filter hook ingress device eth0 priority 0; }
            add rule netdev lab ingress udp dport %d counter drop
            """
                .formatted(flow.destination().getPort()));
  }

  /**
   * A classic BPF classifier on the server: load the port at 36 (Ethernet 14, IPv4 20, port 2); if
   * it is ours return TC_ACT_SHOT (2), else TC_ACT_UNSPEC (-1), which means that nothing is
   * decided.
   */
  static void tcIngress(RoutedNetwork network, Flow flow) {
    network
        .server()
        .tc(
            """
            qdisc add dev eth0 clsact
            filter add dev eth0 ingress bpf da bytecode '4,40 0 0 36,21 0 1 %d,6 0 0 2,6 0 0 4294967295'
            """
                .formatted(flow.destination().getPort()));
  }

  /** A server that never reads from the smallest receive buffer there is, which is full. */
  static void fullReceiveBuffer(RoutedNetwork network, Flow flow) {
    network.keep(network.server().call(() -> unreadSocket(flow)));
    Traffic.datagrams(network, flow, 50);
  }

  /**
   * One solicitation, a tenth of a second apart, and a queue that holds every packet that waits for
   * the answer.
   */
  static void impatientNeighbours(RoutedNetwork network, Flow flow) {
    String settings = (flow.ipv6() ? "ipv6" : "ipv4") + "/neigh/eth0/";
    network.client().sysctl(settings + "retrans_time_ms", 100);
    network.client().sysctl(settings + "mcast_solicit", 1);
    network.client().sysctl(settings + "unres_qlen_bytes", 100_000_000);
  }

  private static DatagramChannel unreadSocket(Flow flow) throws IOException {
    DatagramChannel socket =
        DatagramChannel.open(
            flow.ipv6() ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
    socket.setOption(StandardSocketOptions.SO_RCVBUF, 1);
    socket.bind(
        new InetSocketAddress(flow.destination().getAddress(), flow.destination().getPort()));
    return socket;
  }
}
