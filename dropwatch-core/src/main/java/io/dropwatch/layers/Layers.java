package io.dropwatch.layers;

import io.dropwatch.pcapfilter.LinkType;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The protocol headers of a packet, as far as they were captured. A header that is absent is null:
 * test the layer, not a protocol number.
 *
 * <pre>{@code
 * Layers layers = Layers.decode(LinkType.ETHERNET, bytes);
 * if (layers.tcp() != null && layers.ipv6() != null) …
 * }</pre>
 *
 * <p>A packet inside a packet (IP in IP, GRE, VXLAN, Geneve, ERSPAN) is in {@link #inner}. The
 * packet that an ICMP error is about is in {@link #quoted}. Neither replaces the outer packet's
 * headers. Immutable and thread-safe.
 */
public final class Layers {
  private final List<Layer> all;
  private final @Nullable Layers inner;
  private final @Nullable Layers quoted;
  private final boolean truncated;
  private final boolean malformed;

  Layers(
      List<Layer> all,
      @Nullable Layers inner,
      @Nullable Layers quoted,
      boolean truncated,
      boolean malformed) {
    this.all = all;
    this.inner = inner;
    this.quoted = quoted;
    this.truncated = truncated;
    this.malformed = malformed;
  }

  /**
   * Decodes a packet. Any bytes are accepted.
   *
   * @param linkType what the bytes start with; for {@link LinkType#RAW_IP} the version field
   *     distinguishes IPv4 from IPv6
   * @param packet the first bytes of a packet, not kept
   */
  public static Layers decode(LinkType linkType, byte[] packet) {
    return decode(linkType, packet, 0);
  }

  /**
   * Decodes a packet. Any bytes are accepted.
   *
   * @param linkType what the bytes start with
   * @param packet the first bytes of a packet, not kept
   * @param etherType the EtherType of the first header when there is no MAC header (0x0806: ARP),
   *     host order; 0 when unknown; ignored for {@link LinkType#ETHERNET}
   */
  public static Layers decode(LinkType linkType, byte[] packet, int etherType) {
    var dissection = new Dissection(new Cursor(packet));
    if (packet.length == 0) {
      return dissection.finish();
    }
    switch (linkType) {
      case ETHERNET -> Ethernet.decode(dissection);
      case RAW_IP -> {
        if (etherType == 0) {
          EtherType.decodeIp(dissection);
        } else {
          EtherType.decode(dissection, etherType);
        }
      }
    }
    return dissection.finish();
  }

  /**
   * Returns the protocols in short: {@code ARP}, {@code RARP}; network and transport, such as
   * {@code IPv4/TCP}; the network alone for fragments and for transports that are not decoded;
   * {@code unknown} without a network layer.
   */
  public String label() {
    Arp arp = arp();
    if (arp != null) {
      return arp.isReverse() ? "RARP" : "ARP";
    }
    String network = ipv4() != null ? "IPv4" : ipv6() != null ? "IPv6" : null;
    if (network == null) {
      return "unknown";
    }
    String transport = isFragment() ? null : transport();
    return transport == null ? network : network + "/" + transport;
  }

  /**
   * Returns the label of a packet of which only these numbers are known. It is that of {@link
   * #label()} where the protocol has a name: {@code IPv4/TCP}, {@code IPv6/ICMPv6}, {@code ARP};
   * else the number: {@code IPv4/253}, {@code 0x88b5}; {@code unknown} for EtherType 0; {@code
   * other} for a negative number.
   *
   * @param etherType host order; 0 when unknown; negative for any without a name
   * @param ipProtocol IANA protocol number, or negative for any without a name; ignored unless the
   *     EtherType is that of IP
   */
  public static String label(int etherType, int ipProtocol) {
    return switch (etherType) {
      case 0 -> "unknown";
      case EtherType.IPV4, EtherType.IPV6 ->
          EtherType.name(etherType) + "/" + IpProtocol.label(ipProtocol);
      default -> {
        if (etherType < 0) {
          yield "other";
        }
        String name = EtherType.name(etherType);
        yield name.equals(EtherType.UNKNOWN) ? "0x%04x".formatted(etherType) : name;
      }
    };
  }

  private @Nullable String transport() {
    for (Layer layer : all) {
      switch (layer) {
        case Tcp _, TcpHead _ -> {
          return "TCP";
        }
        case Udp _ -> {
          return "UDP";
        }
        case Sctp _ -> {
          return "SCTP";
        }
        case Gre _ -> {
          return "GRE";
        }
        case Icmp icmp -> {
          return icmp.version() == 6 ? "ICMPv6" : "ICMP";
        }
        default -> {}
      }
    }
    return null;
  }

  /** Returns whether this is a fragment of an IP packet, the first one included. */
  public boolean isFragment() {
    Ipv4 ipv4 = ipv4();
    Ipv6Fragment fragment = first(Ipv6Fragment.class);
    return (ipv4 != null && ipv4.isFragment()) || (fragment != null && fragment.isFragment());
  }

  /** Returns whether no header was decoded. */
  public boolean isEmpty() {
    return all.isEmpty();
  }

  /**
   * Returns every header, outermost first, without those of {@link #inner} and {@link #quoted};
   * unmodifiable.
   */
  public List<Layer> all() {
    return all;
  }

  /**
   * Returns the five-tuple of this packet; null without an IP header. Of a tunnel it is that of the
   * outer packet, like every accessor here; the packet inside has its own: {@code inner().flow()}.
   * Of an ICMP error it is that of the ICMP packet; {@code quoted().flow()} is the flow that the
   * error is about.
   */
  public @Nullable FiveTuple flow() {
    return FiveTuple.of(this);
  }

  /** Returns the MAC header. */
  public @Nullable Ethernet ether() {
    return first(Ethernet.class);
  }

  /** Returns the VLAN tags in the frame, outermost first; empty when there are none. */
  public List<Vlan> vlans() {
    return all.stream().filter(Vlan.class::isInstance).map(Vlan.class::cast).toList();
  }

  /** Returns the MPLS label stack, outermost first; empty when there is none. */
  public List<Mpls> mpls() {
    return all.stream().filter(Mpls.class::isInstance).map(Mpls.class::cast).toList();
  }

  /** Returns the PPPoE header. */
  public @Nullable Pppoe pppoe() {
    return first(Pppoe.class);
  }

  /** Returns the IPv4 header. */
  public @Nullable Ipv4 ipv4() {
    return first(Ipv4.class);
  }

  /** Returns the IPv6 header; its extension headers are in {@link #all}. */
  public @Nullable Ipv6 ipv6() {
    return first(Ipv6.class);
  }

  /** Returns the TCP header. */
  public @Nullable Tcp tcp() {
    return first(Tcp.class);
  }

  /** Returns the first 8 bytes of a TCP header, of a {@link #quoted} packet that ends there. */
  public @Nullable TcpHead tcpHead() {
    return first(TcpHead.class);
  }

  /** Returns the UDP header. */
  public @Nullable Udp udp() {
    return first(Udp.class);
  }

  /** Returns the SCTP header. */
  public @Nullable Sctp sctp() {
    return first(Sctp.class);
  }

  /** Returns the ICMP or ICMPv6 header. */
  public @Nullable Icmp icmp() {
    return first(Icmp.class);
  }

  /** Returns the ARP or RARP message. */
  public @Nullable Arp arp() {
    return first(Arp.class);
  }

  /** Returns the GRE header. */
  public @Nullable Gre gre() {
    return first(Gre.class);
  }

  /** Returns the VXLAN header. */
  public @Nullable Vxlan vxlan() {
    return first(Vxlan.class);
  }

  /** Returns the Geneve header. */
  public @Nullable Geneve geneve() {
    return first(Geneve.class);
  }

  /** Returns the ERSPAN header. */
  public @Nullable Erspan erspan() {
    return first(Erspan.class);
  }

  /** Returns the packet that this one carries; null unless this is a tunnel packet. */
  public @Nullable Layers inner() {
    return inner;
  }

  /**
   * Returns the packet that this one, an ICMP or ICMPv6 error, is about, as far as it is quoted;
   * null for other packets. Its own {@link #truncated} and {@link #malformed} describe it.
   */
  public @Nullable Layers quoted() {
    return quoted;
  }

  /**
   * Returns whether the captured bytes ended within a header, or where one had to follow, in this
   * packet, in {@link #inner} or in {@link #quoted}; for a quoted packet, whether the quoted bytes
   * did. False when there are no bytes at all.
   */
  public boolean truncated() {
    return truncated;
  }

  /**
   * Returns whether a header is inconsistent, or does not fit into the packet around it, in this
   * packet or in {@link #inner}. Nothing is decoded after such a header.
   */
  public boolean malformed() {
    return malformed;
  }

  private <T extends Layer> @Nullable T first(Class<T> kind) {
    for (Layer layer : all) {
      if (kind.isInstance(layer)) {
        return kind.cast(layer);
      }
    }
    return null;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Layers that
        && all.equals(that.all)
        && Objects.equals(inner, that.inner)
        && Objects.equals(quoted, that.quoted)
        && truncated == that.truncated
        && malformed == that.malformed;
  }

  @Override
  public int hashCode() {
    return Objects.hash(all, inner, quoted, truncated, malformed);
  }

  /** Returns the label and every header, for a debugger or an assertion. */
  @Override
  public String toString() {
    return label()
        + all
        + (inner == null ? "" : " inner " + inner)
        + (quoted == null ? "" : " quoted " + quoted)
        + (truncated ? " truncated" : "")
        + (malformed ? " malformed" : "");
  }
}
