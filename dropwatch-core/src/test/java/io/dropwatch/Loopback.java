package io.dropwatch;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Drops that need no namespace: UDP to a port of 127.0.0.1 that nobody has. */
final class Loopback {
  private static final byte[] PAYLOAD = "hello dropwatch".getBytes(StandardCharsets.UTF_8);

  private Loopback() {}

  static InetAddress address() throws IOException {
    return Inet4Address.getByAddress(new byte[] {127, 0, 0, 1});
  }

  /** A port that was free a moment ago. */
  static int closedPort() throws IOException {
    try (DatagramSocket socket = new DatagramSocket(0, address())) {
      return socket.getLocalPort();
    }
  }

  /** Each is dropped with SKB_DROP_REASON_NO_SOCKET, on the sending thread. */
  static void sendUdp(int port, int times) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      DatagramPacket packet =
          new DatagramPacket(PAYLOAD, PAYLOAD.length, new InetSocketAddress(address(), port));
      for (int i = 0; i < times; i++) {
        socket.send(packet);
      }
    }
  }
}
