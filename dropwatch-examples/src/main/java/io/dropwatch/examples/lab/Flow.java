package io.dropwatch.examples.lab;

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

  /** The five-tuple of a dropped packet; null when it is not TCP or UDP over IP. */
  public static @Nullable Flow of(DropEvent event) {
    Layers layers = event.layers();
    Ipv4 ipv4 = layers.ipv4();
    Ipv6 ipv6 = layers.ipv6();
    if (ipv4 != null) {
      return of(layers, ipv4.src(), ipv4.dst());
    }
    return ipv6 == null ? null : of(layers, ipv6.src(), ipv6.dst());
  }

  private static @Nullable Flow of(Layers layers, IpAddress from, IpAddress to) {
    Udp udp = layers.udp();
    Tcp tcp = layers.tcp();
    if (udp != null) {
      return new Flow(Transport.UDP, at(from, udp.sport()), at(to, udp.dport()));
    }
    return tcp == null ? null : new Flow(Transport.TCP, at(from, tcp.sport()), at(to, tcp.dport()));
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

  private static InetSocketAddress at(IpAddress address, int port) {
    return new InetSocketAddress(address.inetAddress(), port);
  }

  private static InetSocketAddress at(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }
}
