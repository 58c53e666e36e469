package io.dropwatch.examples.testbed;

import io.dropwatch.DropEvent;
import io.dropwatch.layers.IpAddress;
import io.dropwatch.layers.Ipv4;
import io.dropwatch.layers.Ipv6;
import io.dropwatch.layers.Layers;
import io.dropwatch.layers.Tcp;
import io.dropwatch.layers.Udp;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Protocol, source and destination of a TCP or UDP packet. */
public record FiveTuple(
    Transport transport, InetSocketAddress source, InetSocketAddress destination) {
  /** The transport protocol, with its IP protocol number. */
  public enum Transport {
    TCP(6),
    UDP(17);

    final int number;

    Transport(int number) {
      this.number = number;
    }
  }

  static FiveTuple udp(String from, int sourcePort, String to, int destinationPort) {
    return new FiveTuple(Transport.UDP, at(from, sourcePort), at(to, destinationPort));
  }

  static FiveTuple tcp(String from, int sourcePort, String to, int destinationPort) {
    return new FiveTuple(Transport.TCP, at(from, sourcePort), at(to, destinationPort));
  }

  /** Returns the five-tuple of a dropped packet, or null if it is not TCP or UDP over IP. */
  public static @Nullable FiveTuple of(DropEvent event) {
    Layers layers = event.layers();
    Ipv4 ipv4 = layers.ipv4();
    Ipv6 ipv6 = layers.ipv6();
    if (ipv4 != null) {
      return of(layers, ipv4.src(), ipv4.dst());
    }
    return ipv6 == null ? null : of(layers, ipv6.src(), ipv6.dst());
  }

  private static @Nullable FiveTuple of(Layers layers, IpAddress from, IpAddress to) {
    Udp udp = layers.udp();
    Tcp tcp = layers.tcp();
    if (udp != null) {
      return new FiveTuple(Transport.UDP, at(from, udp.sport()), at(to, udp.dport()));
    }
    return tcp == null
        ? null
        : new FiveTuple(Transport.TCP, at(from, tcp.sport()), at(to, tcp.dport()));
  }

  /** Returns whether the addresses are IPv6. */
  public boolean ipv6() {
    return destination.getAddress() instanceof Inet6Address;
  }

  /** Returns the filter expression that matches these packets only, in this direction. */
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

  /** Shortens the one run of zeros in the testbed's IPv6 addresses, as RFC 5952 does. */
  private static String text(InetAddress address) {
    return address.getHostAddress().replaceFirst("(:0)+:", "::");
  }

  private static InetSocketAddress at(IpAddress address, int port) {
    return new InetSocketAddress(address.inetAddress(), port);
  }

  private static InetSocketAddress at(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }
}
