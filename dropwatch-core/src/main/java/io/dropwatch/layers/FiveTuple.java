package io.dropwatch.layers;

import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The five-tuple of a packet: protocol, source address and port, destination address and port.
 * Immutable, and a value: usable as a key of a map.
 *
 * <pre>{@code
 * Map<FiveTuple, Long> drops = new ConcurrentHashMap<>();
 * …
 * FiveTuple flow = event.flow();
 * if (flow != null) {
 *   drops.merge(flow.canonical(), 1L, Long::sum); // both directions count as one
 * }
 * }</pre>
 *
 * <p>Only TCP, UDP and SCTP have ports, and only where their header was captured: there are none
 * for ICMP, for other protocols, and for fragments after the first; see {@link #hasPorts}.
 *
 * @see Layers#flow
 */
public final class FiveTuple {
  private static final int NO_PORT = -1;

  private record End(IpAddress address, int port) implements Comparable<End> {
    static End of(InetSocketAddress address) {
      if (address.isUnresolved()) {
        throw new IllegalArgumentException("the address must be resolved, was " + address);
      }
      return new End(IpAddress.of(address.getAddress()), address.getPort());
    }

    @Override
    public int compareTo(End other) {
      int order = address.compareTo(other.address);
      return order != 0 ? order : Integer.compare(port, other.port);
    }

    @Override
    public String toString() {
      String text = address.toString();
      if (port == NO_PORT) {
        return text;
      }
      return text.indexOf(':') < 0 ? text + ":" + port : "[" + text + "]:" + port;
    }
  }

  private final int protocol;
  private final End source;
  private final End destination;

  private FiveTuple(int protocol, End source, End destination) {
    this.protocol = protocol;
    this.source = source;
    this.destination = destination;
  }

  /**
   * Returns the five-tuple of these values.
   *
   * @param protocol IANA protocol number, 0 to 255
   * @param sourcePort 0 to 65535
   * @param destinationPort 0 to 65535
   * @throws IllegalArgumentException if a number is out of range, or one address is IPv4 and the
   *     other IPv6
   */
  public static FiveTuple of(
      int protocol,
      IpAddress sourceAddress,
      int sourcePort,
      IpAddress destinationAddress,
      int destinationPort) {
    return checked(
        protocol,
        new End(sourceAddress, requireRange("sourcePort", sourcePort, 0xffff)),
        new End(destinationAddress, requireRange("destinationPort", destinationPort, 0xffff)));
  }

  /**
   * Returns a five-tuple without ports.
   *
   * @param protocol IANA protocol number, 0 to 255
   * @throws IllegalArgumentException if the number is out of range, or one address is IPv4 and the
   *     other IPv6
   */
  public static FiveTuple of(int protocol, IpAddress sourceAddress, IpAddress destinationAddress) {
    return checked(protocol, new End(sourceAddress, NO_PORT), new End(destinationAddress, NO_PORT));
  }

  /**
   * Returns the five-tuple of these values.
   *
   * @param protocol IANA protocol number, 0 to 255
   * @throws IllegalArgumentException if the number is out of range, an address is not resolved, or
   *     one is IPv4 and the other IPv6
   */
  public static FiveTuple of(
      int protocol, InetSocketAddress source, InetSocketAddress destination) {
    return checked(protocol, End.of(source), End.of(destination));
  }

  private static FiveTuple checked(int protocol, End source, End destination) {
    requireRange("protocol", protocol, 0xff);
    if (source.address.length() != destination.address.length()) {
      throw new IllegalArgumentException(
          "both addresses must be IPv4 or both IPv6, were %s and %s"
              .formatted(source.address, destination.address));
    }
    return new FiveTuple(protocol, source, destination);
  }

  private static int requireRange(String name, int value, int max) {
    if (value < 0 || value > max) {
      throw new IllegalArgumentException(name + " must be between 0 and " + max + ", was " + value);
    }
    return value;
  }

  static @Nullable FiveTuple of(Layers layers) {
    IpAddress source = null;
    IpAddress destination = null;
    int protocol = 0;
    int sport = NO_PORT;
    int dport = NO_PORT;
    for (Layer layer : layers.all()) {
      switch (layer) {
        case Ipv4 ip -> {
          source = ip.src();
          destination = ip.dst();
          protocol = ip.protocol();
        }
        case Ipv6 ip -> {
          source = ip.src();
          destination = ip.dst();
          protocol = ip.nextHeader();
        }
        case IpExtension extension -> protocol = extension.nextHeader();
        case Ipv6Fragment fragment -> protocol = fragment.nextHeader();
        case Ah ah -> protocol = ah.nextHeader();
        case Tcp tcp -> {
          sport = tcp.sport();
          dport = tcp.dport();
        }
        case TcpHead tcp -> {
          sport = tcp.sport();
          dport = tcp.dport();
        }
        case Udp udp -> {
          sport = udp.sport();
          dport = udp.dport();
        }
        case Sctp sctp -> {
          sport = sctp.sport();
          dport = sctp.dport();
        }
        default -> {}
      }
    }
    return source == null || destination == null
        ? null
        : new FiveTuple(protocol, new End(source, sport), new End(destination, dport));
  }

  /**
   * Returns the IANA protocol number, such as 6 for TCP, 0 to 255. For IPv6 it is the last next
   * header field that was captured.
   */
  public int protocol() {
    return protocol;
  }

  /**
   * Returns {@code TCP}, {@code UDP}, {@code ICMP}, {@code ICMPv6}, …; the number without a name.
   */
  public String protocolLabel() {
    return IpProtocol.label(protocol);
  }

  /** Returns the sender's address. */
  public IpAddress sourceAddress() {
    return source.address;
  }

  /** Returns the sender's port, 0 to 65535; 0 without ports. */
  public int sourcePort() {
    return Math.max(0, source.port);
  }

  /** Returns the receiver's address. */
  public IpAddress destinationAddress() {
    return destination.address;
  }

  /** Returns the receiver's port, 0 to 65535; 0 without ports. */
  public int destinationPort() {
    return Math.max(0, destination.port);
  }

  /** Returns whether the ports are known; a five-tuple has two ports or none. */
  public boolean hasPorts() {
    return source.port != NO_PORT;
  }

  /** Returns the sender for java.net; no name is looked up. See {@link IpAddress#inetAddress}. */
  public InetSocketAddress source() {
    return new InetSocketAddress(source.address.inetAddress(), sourcePort());
  }

  /** Returns the receiver for java.net; no name is looked up. See {@link IpAddress#inetAddress}. */
  public InetSocketAddress destination() {
    return new InetSocketAddress(destination.address.inetAddress(), destinationPort());
  }

  /** Returns the five-tuple of the other direction: source and destination exchanged. */
  public FiveTuple reversed() {
    return new FiveTuple(protocol, destination, source);
  }

  /**
   * Returns the form that both directions share: this or {@link #reversed}, whichever has the lower
   * source, by address, then by port.
   */
  public FiveTuple canonical() {
    return source.compareTo(destination) > 0 ? reversed() : this;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FiveTuple that
        && protocol == that.protocol
        && source.equals(that.source)
        && destination.equals(that.destination);
  }

  @Override
  public int hashCode() {
    return Objects.hash(protocol, source, destination);
  }

  /**
   * Returns {@code tcp 10.0.0.1:40000 > 10.0.0.2:443}, {@code udp [2001:db8::1]:53 >
   * [2001:db8::2]:40000}, {@code icmp 10.0.0.1 > 10.0.0.2}.
   */
  @Override
  public String toString() {
    return protocolLabel().toLowerCase(Locale.ROOT) + " " + source + " > " + destination;
  }
}
