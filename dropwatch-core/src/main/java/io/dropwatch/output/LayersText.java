package io.dropwatch.output;

import io.dropwatch.layers.Ah;
import io.dropwatch.layers.Arp;
import io.dropwatch.layers.Erspan;
import io.dropwatch.layers.Ethernet;
import io.dropwatch.layers.FiveTuple;
import io.dropwatch.layers.Geneve;
import io.dropwatch.layers.Gre;
import io.dropwatch.layers.Icmp;
import io.dropwatch.layers.IpExtension;
import io.dropwatch.layers.Ipv4;
import io.dropwatch.layers.Ipv6Fragment;
import io.dropwatch.layers.Layer;
import io.dropwatch.layers.Layers;
import io.dropwatch.layers.Llc;
import io.dropwatch.layers.Mpls;
import io.dropwatch.layers.Ppp;
import io.dropwatch.layers.Pppoe;
import io.dropwatch.layers.Sctp;
import io.dropwatch.layers.Tcp;
import io.dropwatch.layers.TcpHead;
import io.dropwatch.layers.Udp;
import io.dropwatch.layers.Vlan;
import io.dropwatch.layers.Vxlan;
import io.dropwatch.model.SocketState;
import org.jspecify.annotations.Nullable;

/**
 * Formats the packet in a text line: label, MAC addresses, tags, addresses with ports, then the
 * other fields of each layer in the order of the wire.
 */
final class LayersText {
  private final StringBuilder out;
  private final Layers layers;

  private LayersText(StringBuilder out, Layers layers) {
    this.out = out;
    this.layers = layers;
  }

  /**
   * Appends the layers of a packet, those of packets inside it after {@code inner}, those of a
   * packet that it quotes after {@code quoted}.
   *
   * @param stripped the VLAN tag that was removed from the frame
   * @param state of the packet's socket
   */
  static void append(
      StringBuilder out, Layers layers, @Nullable Vlan stripped, @Nullable SocketState state) {
    new LayersText(out, layers).append(stripped, state);
    Layers innermost = layers;
    for (Layers inner = layers.inner(); inner != null; inner = inner.inner()) {
      out.append(" inner ");
      new LayersText(out, inner).append(null, null);
      innermost = inner;
    }
    Layers quoted = innermost.quoted();
    if (quoted != null) {
      out.append(" quoted ");
      append(out, quoted, null, null);
    }
    if (layers.truncated()) {
      out.append(" (truncated)");
    }
    if (layers.malformed()) {
      out.append(" (malformed)");
    }
  }

  private void append(@Nullable Vlan stripped, @Nullable SocketState state) {
    out.append(layers.label());
    Ethernet ether = layers.ether();
    if (ether != null) {
      out.append(" smac=").append(ether.src()).append(" dmac=").append(ether.dst());
    }
    if (stripped != null) {
      out.append(" vlan=").append(stripped.id());
    }
    for (Vlan tag : layers.vlans()) {
      out.append(" vlan=").append(tag.id());
    }
    for (Mpls entry : layers.mpls()) {
      out.append(" mpls=").append(entry.label());
    }
    FiveTuple flow = layers.flow();
    if (flow != null) {
      String text = flow.toString();
      out.append(text, text.indexOf(' '), text.length());
    }
    for (Layer layer : layers.all()) {
      appendDetails(layer, state);
    }
  }

  private void appendDetails(Layer layer, @Nullable SocketState state) {
    switch (layer) {
      case Llc llc ->
          out.append(" dsap=")
              .append(hex(llc.dsap(), 2))
              .append(" ssap=")
              .append(hex(llc.ssap(), 2));
      case Pppoe pppoe -> appendPppoe(pppoe);
      case Ppp ppp -> out.append(" ppp=").append(ppp.protocolName());
      case Ipv4 ip -> {
        if (ip.isFragment()) {
          appendFragment(ip.id(), ip.fragOffset());
        }
      }
      case Ipv6Fragment fragment -> appendFragment(fragment.id(), fragment.fragOffset());
      case IpExtension extension -> out.append(" ext=").append(extension.typeName());
      case Ah ah ->
          out.append(" ext=").append(ah.typeName()).append(" spi=").append(hex(ah.spi(), 8));
      case TcpHead tcp -> out.append(" seq=").append(tcp.seq());
      case Tcp tcp -> appendTcp(tcp, state);
      case Udp udp ->
          out.append(" len=").append(udp.len()).append(" chk=").append(hex(udp.checksum(), 4));
      case Sctp sctp -> out.append(" tag=").append(hex(sctp.tag(), 8));
      case Icmp icmp -> {
        out.append(" type=").append(icmp.typeText());
        if (icmp.id() != null) {
          out.append(" id=").append(icmp.id()).append(" seq=").append(icmp.seq());
        }
        if (icmp.mtu() != null) {
          out.append(" mtu=").append(icmp.mtu());
        }
      }
      case Arp arp -> appendArp(arp);
      case Gre gre -> {
        if (gre.key() != null) {
          out.append(" key=").append(hex(gre.key(), 8));
        }
      }
      case Erspan erspan -> out.append(" erspan=").append(erspan.session());
      case Vxlan vxlan -> out.append(" vxlan=").append(vxlan.vni());
      case Geneve geneve -> out.append(" geneve=").append(geneve.vni());
      default -> {} // shown above
    }
  }

  private void appendPppoe(Pppoe pppoe) {
    out.append(" pppoe=").append(pppoe.codeName());
    out.append(" session=").append(hex(pppoe.session(), 4));
  }

  private void appendFragment(long id, int offset) {
    out.append(" frag_id=").append(id).append(" frag_offset=").append(offset);
  }

  private void appendTcp(Tcp tcp, @Nullable SocketState state) {
    out.append(" [").append(tcp.flagsText()).append("] seq=").append(tcp.seq());
    out.append(" ack=").append(tcp.ack()).append(" win=").append(tcp.window());
    out.append(" sk=").append(state == null ? "unknown" : state.name());
  }

  private void appendArp(Arp arp) {
    out.append(' ').append(arp.operationName());
    out.append(" sender=").append(arp.senderIp() == null ? "?" : arp.senderIp());
    out.append('/').append(arp.senderMac());
    out.append(" target=").append(arp.targetIp() == null ? "?" : arp.targetIp());
    out.append('/').append(arp.targetMac());
  }

  private static String hex(long value, int digits) {
    String text = Long.toHexString(value);
    return "0x" + "0".repeat(Math.max(0, digits - text.length())) + text;
  }
}
