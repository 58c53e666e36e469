package io.dropwatch.examples.lab;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.util.function.UnaryOperator;

/** How the client sends the packets of a flow. */
@FunctionalInterface
interface Traffic {
  int PAYLOAD_BYTES = 32;

  void send(RoutedNetwork network, Flow flow, int packets);

  /** UDP datagrams of 32 bytes through an ordinary socket. */
  static void datagrams(RoutedNetwork network, Flow flow, int packets) {
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

  /** The same where the client's own firewall drops them, which the sender is told as EPERM. */
  static void forbiddenDatagrams(RoutedNetwork network, Flow flow, int packets) {
    for (int i = 0; i < packets; i++) {
      try {
        datagrams(network, flow, 1);
      } catch (LabException e) {
        if (!String.valueOf(e.getMessage()).contains("Operation not permitted")) {
          throw e;
        }
      }
    }
  }

  /** TCP connections that are refused: one SYN each. */
  static void refusedConnects(RoutedNetwork network, Flow flow, int packets) {
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

  /** Frames made by hand, sent past the client's own IP stack. */
  static Traffic frames(UnaryOperator<Frame> fault) {
    return (network, flow, packets) -> {
      byte[] frame =
          fault.apply(Frame.of(flow)).bytes(RoutedNetwork.CLIENT_MAC, RoutedNetwork.ROUTER_MAC);
      try (PacketSocket socket = PacketSocket.open(network.client(), "eth0")) {
        socket.send(frame, packets);
      }
    };
  }

  private static void refusedConnect(Flow flow) throws IOException {
    try (SocketChannel socket = SocketChannel.open(family(flow))) {
      socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      socket.bind(flow.source());
      socket.connect(flow.destination());
      throw new LabException("somebody accepted " + flow);
    } catch (ConnectException _) {
      // Refused, as it should be.
    }
  }

  private static StandardProtocolFamily family(Flow flow) {
    return flow.ipv6() ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
  }
}
