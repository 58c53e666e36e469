package io.dropwatch.examples.lab;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;

/** The five-tuple of the packets of one scenario. */
public record Flow(Transport transport, InetSocketAddress source, InetSocketAddress destination) {
  /** What runs over IP, with its protocol number. */
  public enum Transport {
    TCP(6),
    UDP(17);

    final int number;

    Transport(int number) {
      this.number = number;
    }
  }

  static Flow udp(String from, int sourcePort, String to, int destinationPort) {
    return new Flow(Transport.UDP, at(from, sourcePort), at(to, destinationPort));
  }

  static Flow tcp(String from, int sourcePort, String to, int destinationPort) {
    return new Flow(Transport.TCP, at(from, sourcePort), at(to, destinationPort));
  }

  /** Whether it runs over IPv6. */
  public boolean ipv6() {
    return destination.getAddress() instanceof Inet6Address;
  }

  /** The filter expression that matches this flow, in this direction, and nothing else. */
  public String filter() {
    return "%s and src host %s and src port %d and dst host %s and dst port %d"
        .formatted(
            transport.name().toLowerCase(Locale.ROOT),
            text(source.getAddress()),
            source.getPort(),
            text(destination.getAddress()),
            destination.getPort());
  }

  @Override
  public String toString() {
    return transport + " " + text(source) + " > " + text(destination);
  }

  private static String text(InetSocketAddress address) {
    return address.getAddress() instanceof Inet6Address
        ? "[" + text(address.getAddress()) + "]:" + address.getPort()
        : text(address.getAddress()) + ":" + address.getPort();
  }

  /**
   * Without the JDK's leading slash; the one run of zeros in the lab's IPv6 addresses shortened.
   */
  private static String text(InetAddress address) {
    return address.getHostAddress().replaceFirst("(:0)+:", "::");
  }

  private static InetSocketAddress at(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }
}
