package io.dropwatch.layers;

import io.dropwatch.pcapfilter.LinkType;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The protocols of a packet, as far as its captured bytes show them. What is absent is null: ask
 * for the layer, not for a protocol number.
 *
 * <pre>{@code
 * Layers layers = Layers.decode(LinkType.ETHERNET, bytes);
 * if (layers.tcp() != null && layers.ipv6() != null) …
 * }</pre>
 *
 * <p>A packet inside a packet (IP in IP, GRE, VXLAN, Geneve, ERSPAN) is in {@link #inner}, the
 * packet that an ICMP error is about in {@link #quoted}; neither ever replaces what is outside.
 * Immutable and thread-safe.
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
   * Decodes any bytes at all; never throws.
   *
   * @param linkType what the bytes start with; without a MAC header ({@link LinkType#RAW_IP},
   *     {@link LinkType#SKB}) the version nibble tells IPv4 from IPv6
   * @param packet the first bytes of a packet, not kept
   */
  public static Layers decode(LinkType linkType, byte[] packet) {
    return decode(linkType, packet, 0);
  }

  /**
   * Decodes any bytes at all; never throws.
   *
   * @param linkType what the bytes start with
   * @param packet the first bytes of a packet, not kept
   * @param etherType what the bytes are when they start without a MAC header (0x0806: ARP), host
   *     order; 0 when unknown; ignored for {@link LinkType#ETHERNET}
   */
  public static Layers decode(LinkType linkType, byte[] packet, int etherType) {
    var dissection = new Dissection(new Cursor(packet));
    if (packet.length == 0) {
      return dissection.finish();
    }
    switch (linkType) {
      case ETHERNET -> Ethernet.decode(dissection);
      case RAW_IP, SKB -> {
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
   * {@code ARP}; else network and transport, such as {@code IPv4/TCP}; the network alone for
   * fragments and for what is not decoded; {@code unknown} without a network layer.
   */
  public String label() {
    if (arp() != null) {
      return "ARP";
    }
    String network = ipv4() != null ? "IPv4" : ipv6() != null ? "IPv6" : null;
    if (network == null) {
      return "unknown";
    }
    String transport = isFragment() ? null : transport();
    return transport == null ? network : network + "/" + transport;
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
        case Ethernet _, Llc _, Vlan _, Mpls _, Pppoe _, Ppp _ -> {}
        case Ipv4 _, Ipv6 _, IpExtension _, Ipv6Fragment _, Ah _ -> {}
        case Arp _, Vxlan _, Geneve _, Erspan _ -> {}
      }
    }
    return null;
  }

  /** Whether this is a part of an IP packet, the first included. */
  public boolean isFragment() {
    Ipv4 ipv4 = ipv4();
    Ipv6Fragment fragment = first(Ipv6Fragment.class);
    return (ipv4 != null && ipv4.isFragment()) || (fragment != null && fragment.isFragment());
  }

  /** Whether nothing at all was recognised. */
  public boolean isEmpty() {
    return all.isEmpty();
  }

  /**
   * Every header, outermost first, without those of {@link #inner} and {@link #quoted};
   * unmodifiable.
   */
  public List<Layer> all() {
    return all;
  }

  /** The MAC header. */
  public @Nullable Ethernet ether() {
    return first(Ethernet.class);
  }

  /** VLAN tags in the frame, outermost first; empty when there are none. */
  public List<Vlan> vlans() {
    return all.stream().filter(Vlan.class::isInstance).map(Vlan.class::cast).toList();
  }

  /** The MPLS label stack, outermost first; empty when there is none. */
  public List<Mpls> mpls() {
    return all.stream().filter(Mpls.class::isInstance).map(Mpls.class::cast).toList();
  }

  /** The PPPoE header. */
  public @Nullable Pppoe pppoe() {
    return first(Pppoe.class);
  }

  /** The IPv4 header. */
  public @Nullable Ipv4 ipv4() {
    return first(Ipv4.class);
  }

  /** The IPv6 header; its extension headers are in {@link #all}. */
  public @Nullable Ipv6 ipv6() {
    return first(Ipv6.class);
  }

  /** The TCP header. */
  public @Nullable Tcp tcp() {
    return first(Tcp.class);
  }

  /** The beginning of a TCP header, in a {@link #quoted} packet that ends there. */
  public @Nullable TcpHead tcpHead() {
    return first(TcpHead.class);
  }

  /** The UDP header. */
  public @Nullable Udp udp() {
    return first(Udp.class);
  }

  /** The SCTP header. */
  public @Nullable Sctp sctp() {
    return first(Sctp.class);
  }

  /** The ICMP or ICMPv6 header. */
  public @Nullable Icmp icmp() {
    return first(Icmp.class);
  }

  /** The ARP or RARP message. */
  public @Nullable Arp arp() {
    return first(Arp.class);
  }

  /** The GRE header. */
  public @Nullable Gre gre() {
    return first(Gre.class);
  }

  /** The VXLAN header. */
  public @Nullable Vxlan vxlan() {
    return first(Vxlan.class);
  }

  /** The Geneve header. */
  public @Nullable Geneve geneve() {
    return first(Geneve.class);
  }

  /** The ERSPAN header. */
  public @Nullable Erspan erspan() {
    return first(Erspan.class);
  }

  /** The packet that this one carries, when this one is a tunnel's. */
  public @Nullable Layers inner() {
    return inner;
  }

  /**
   * The beginning of the packet that this one, an ICMP or ICMPv6 error, is about: as much as it
   * quotes. Whether that is {@link #truncated} or {@link #malformed}, it says itself.
   */
  public @Nullable Layers quoted() {
    return quoted;
  }

  /**
   * Whether the captured bytes ended within a header or where one had to follow, here, in {@link
   * #inner} or in {@link #quoted}; of a quoted packet itself, whether the quotation did. Of no
   * bytes at all nothing is said.
   */
  public boolean truncated() {
    return truncated;
  }

  /**
   * Whether a header contradicts itself or does not fit into the packet around it, here or in
   * {@link #inner}. Nothing is decoded behind such a header.
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

  /** The label and every header, for a debugger or an assertion. */
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
