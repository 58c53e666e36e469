package io.dropwatch;

import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Drops that need no namespace: UDP to a port of 127.0.0.1 that nobody has. */
public final class Loopback {
  private static final byte[] PAYLOAD = "hello dropwatch".getBytes(StandardCharsets.UTF_8);

  private static final Collection<Closeable> HELD = new ConcurrentLinkedQueue<>();

  private Loopback() {}

  public static InetAddress address() throws IOException {
    return Inet4Address.getByAddress(new byte[] {127, 0, 0, 1});
  }

  /**
   * A port that stays closed, for UDP and TCP, until this JVM ends. Sockets hold it, so that nobody
   * else is given it, not even the sender; they take nothing, as one is connected to itself and the
   * other does not listen.
   */
  public static int closedPort() throws IOException {
    while (true) {
      DatagramSocket udp = new DatagramSocket(0, address());
      udp.connect(udp.getLocalSocketAddress());
      Socket tcp = new Socket();
      HELD.add(udp);
      HELD.add(tcp);
      try {
        tcp.bind(udp.getLocalSocketAddress());
        return udp.getLocalPort();
      } catch (BindException _) {
        // Somebody's TCP port: another, then.
      }
    }
  }

  /** Each is dropped with SKB_DROP_REASON_NO_SOCKET, on the sending thread. */
  public static void sendUdp(int port, int times) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      DatagramPacket packet =
          new DatagramPacket(PAYLOAD, PAYLOAD.length, new InetSocketAddress(address(), port));
      for (int i = 0; i < times; i++) {
        socket.send(packet);
      }
    }
  }
}
