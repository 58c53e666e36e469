package io.dropwatch.examples.testbed;

import io.dropwatch.layers.FiveTuple;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;

/** Prepares the network so that it drops the packets of a scenario. */
@FunctionalInterface
interface ScenarioSetup {
  void apply(RoutedNetwork network, FiveTuple flow);

  static void none(RoutedNetwork network, FiveTuple flow) {}

  /** A firewall rule for packets that the server receives. */
  static void nftablesInput(RoutedNetwork network, FiveTuple flow) {
    nftables(network.server(), "input", flow);
  }

  /** A firewall rule for packets that the client sends. */
  static void nftablesOutput(RoutedNetwork network, FiveTuple flow) {
    nftables(network.client(), "output", flow);
  }

  private static void nftables(Namespace host, String hook, FiveTuple flow) {
    host.nft(
        """
        add table inet testbed
        add chain inet testbed %1$s { type filter hook %1$s priority 0; }
        add rule inet testbed %1$s udp dport %2$d counter drop
        """
            .formatted(hook, flow.destinationPort()));
  }

  /** A firewall rule that runs before IP, in the netdev ingress hook of the server. */
  static void nftablesIngress(RoutedNetwork network, FiveTuple flow) {
    network
        .server()
        .nft(
            """
            add table netdev testbed
            add chain netdev testbed ingress { type filter hook ingress device eth0 priority 0; }
            add rule netdev testbed ingress udp dport %d counter drop
            """
                .formatted(flow.destinationPort()));
  }

  /**
   * A classic BPF classifier on the server: load the port at 36 (Ethernet 14, IPv4 20, port 2);
   * return TC_ACT_SHOT (2) if it is the flow's, else TC_ACT_UNSPEC (-1), which decides nothing.
   */
  static void tcIngress(RoutedNetwork network, FiveTuple flow) {
    network
        .server()
        .tc(
            """
            qdisc add dev eth0 clsact
            filter add dev eth0 ingress bpf da bytecode '4,40 0 0 36,21 0 1 %d,6 0 0 2,6 0 0 4294967295'
            """
                .formatted(flow.destinationPort()));
  }

  /** A server socket with the smallest receive buffer, full and never read. */
  static void fullReceiveBuffer(RoutedNetwork network, FiveTuple flow) {
    network.keep(network.server().call(() -> unreadSocket(flow)));
    Traffic.datagrams(network, flow, 50);
  }

  /**
   * Neighbour resolution fails after one solicitation and 100 ms; the queue holds every packet that
   * waits for it.
   */
  static void shortNeighbourTimeout(RoutedNetwork network, FiveTuple flow) {
    String settings = (flow.sourceAddress().isIpv6() ? "ipv6" : "ipv4") + "/neigh/eth0/";
    network.client().sysctl(settings + "retrans_time_ms", 100);
    network.client().sysctl(settings + "mcast_solicit", 1);
    network.client().sysctl(settings + "unres_qlen_bytes", 100_000_000);
  }

  private static DatagramChannel unreadSocket(FiveTuple flow) throws IOException {
    DatagramChannel socket =
        DatagramChannel.open(
            flow.sourceAddress().isIpv6()
                ? StandardProtocolFamily.INET6
                : StandardProtocolFamily.INET);
    socket.setOption(StandardSocketOptions.SO_RCVBUF, 1);
    socket.bind(new InetSocketAddress(flow.destination().getAddress(), flow.destinationPort()));
    return socket;
  }
}
