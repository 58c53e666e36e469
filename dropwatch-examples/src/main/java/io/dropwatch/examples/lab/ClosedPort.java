package io.dropwatch.examples.lab;

import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A UDP port of 127.0.0.1 that stays closed until this is closed, for drops that need no namespace.
 *
 * <p>A socket holds it, so that nobody else is given it, not even the sender: a port that is merely
 * free may be the very one that the kernel picks for the socket that sends. The socket is connected
 * to itself, so that it takes no packet from others.
 */
public final class ClosedPort implements Closeable {
  private final DatagramSocket held;

  private ClosedPort(DatagramSocket held) {
    this.held = held;
  }

  /** Takes a free port. */
  public static ClosedPort open() throws IOException {
    DatagramSocket held =
        new DatagramSocket(0, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    held.connect(held.getLocalSocketAddress());
    return new ClosedPort(held);
  }

  /** The port's number. */
  public int number() {
    return held.getLocalPort();
  }

  /** Where to send to. */
  public InetSocketAddress address() {
    return new InetSocketAddress(held.getLocalAddress(), held.getLocalPort());
  }

  /** Sends datagrams of this many bytes from a socket of its own. Each is dropped (NO_SOCKET). */
  public void send(int bytes, int times) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      DatagramPacket datagram = new DatagramPacket(new byte[bytes], bytes, address());
      for (int i = 0; i < times; i++) {
        socket.send(datagram);
      }
    }
  }

  @Override
  public void close() {
    held.close();
  }
}
