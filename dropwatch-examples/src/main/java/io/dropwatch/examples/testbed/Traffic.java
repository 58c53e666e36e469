package io.dropwatch.examples.testbed;

import io.dropwatch.layers.FiveTuple;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.util.function.UnaryOperator;

/** Sends the packets of a scenario from the client. */
@FunctionalInterface
interface Traffic {
  int PAYLOAD_BYTES = 32;

  void send(RoutedNetwork network, FiveTuple flow, int packets);

  /** Sends UDP datagrams of 32 bytes through a socket. */
  static void datagrams(RoutedNetwork network, FiveTuple flow, int packets) {
    network
        .client()
        .call(
            () -> {
              try (DatagramChannel socket = DatagramChannel.open(family(flow))) {
                socket.bind(flow.source());
                for (int i = 0; i < packets; i++) {
                  socket.send(ByteBuffer.allocate(PAYLOAD_BYTES), flow.destination());
                }
                return packets;
              }
            });
  }

  /** Sends datagrams that the client's firewall drops: the sender gets EPERM. */
  static void forbiddenDatagrams(RoutedNetwork network, FiveTuple flow, int packets) {
    for (int i = 0; i < packets; i++) {
      try {
        datagrams(network, flow, 1);
      } catch (TestbedException e) {
        if (!String.valueOf(e.getMessage()).contains("Operation not permitted")) {
          throw e;
        }
      }
    }
  }

  /** Opens TCP connections that are refused; each sends one SYN. */
  static void refusedConnects(RoutedNetwork network, FiveTuple flow, int packets) {
    network
        .client()
        .call(
            () -> {
              for (int i = 0; i < packets; i++) {
                refusedConnect(flow);
              }
              return packets;
            });
  }

  /** Sends raw frames, which bypass the client's IP stack. */
  static Traffic frames(UnaryOperator<EthernetFrame> fault) {
    return (network, flow, packets) -> {
      byte[] frame =
          fault
              .apply(EthernetFrame.of(flow))
              .bytes(RoutedNetwork.CLIENT_MAC, RoutedNetwork.ROUTER_MAC);
      try (PacketSocket socket = PacketSocket.open(network.client(), "eth0")) {
        socket.send(frame, packets);
      }
    };
  }

  private static void refusedConnect(FiveTuple flow) throws IOException {
    try (SocketChannel socket = SocketChannel.open(family(flow))) {
      socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      socket.bind(flow.source());
      socket.connect(flow.destination());
      throw new TestbedException("connection accepted, but nothing should listen: " + flow);
    } catch (ConnectException _) {
      // Expected.
    }
  }

  private static StandardProtocolFamily family(FiveTuple flow) {
    return flow.sourceAddress().isIpv6()
        ? StandardProtocolFamily.INET6
        : StandardProtocolFamily.INET;
  }
}
