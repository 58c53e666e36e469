package io.dropwatch.examples.testbed;

import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A UDP port of 127.0.0.1 on which nothing listens, for drops that need no namespace.
 *
 * <p>A socket reserves the port: the kernel could otherwise give a free port to the sending socket.
 * That socket is connected to itself, so it receives no packets of others.
 */
public final class ClosedPort implements Closeable {
  private final DatagramSocket reservation;

  private ClosedPort(DatagramSocket reservation) {
    this.reservation = reservation;
  }

  /** Reserves a free port. */
  public static ClosedPort open() throws IOException {
    DatagramSocket reservation =
        new DatagramSocket(0, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    reservation.connect(reservation.getLocalSocketAddress());
    return new ClosedPort(reservation);
  }

  /** Returns the port number. */
  public int number() {
    return reservation.getLocalPort();
  }

  /** Returns the address to send to. */
  public InetSocketAddress address() {
    return new InetSocketAddress(reservation.getLocalAddress(), reservation.getLocalPort());
  }

  /** Sends datagrams of {@code bytes} bytes; the kernel drops each with the reason NO_SOCKET. */
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
    reservation.close();
  }
}
