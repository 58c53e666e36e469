package io.dropwatch.output;

import io.dropwatch.layers.Ah;
import io.dropwatch.layers.Arp;
import io.dropwatch.layers.Erspan;
import io.dropwatch.layers.Ethernet;
import io.dropwatch.layers.Geneve;
import io.dropwatch.layers.Gre;
import io.dropwatch.layers.Icmp;
import io.dropwatch.layers.IpAddress;
import io.dropwatch.layers.IpExtension;
import io.dropwatch.layers.Ipv4;
import io.dropwatch.layers.Ipv6;
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
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the {@code layers} object. A protocol that can occur more than once is an array. */
final class LayersJson {
  private static final Set<String> REPEATED = Set.of("vlan", "mpls", "ip_extensions");

  private final JsonLine json;
  private final @Nullable SocketState state;

  private LayersJson(JsonLine json, @Nullable SocketState state) {
    this.json = json;
    this.state = state;
  }

  static void write(JsonLine json, Layers layers, @Nullable SocketState state) {
    new LayersJson(json, state).write(layers);
  }

  /** Writes the fields of one layer as an object. */
  static void write(JsonLine json, Layer layer) {
    new LayersJson(json, null).write(layer);
  }

  private void write(Layers layers) {
    json.writeStartObject();
    json.writeStringField("label", layers.label());
    List<Layer> all = layers.all();
    for (int i = 0; i < all.size(); i++) {
      Layer layer = all.get(i);
      String name = name(layer);
      if (isFirst(all, i, name)) {
        json.writeFieldName(name);
        if (REPEATED.contains(name)) {
          writeAll(layers, name);
        } else {
          write(layer);
        }
      }
    }
    writeRest(layers);
    json.writeEndObject();
  }

  private static boolean isFirst(List<Layer> all, int index, String name) {
    for (int i = 0; i < index; i++) {
      if (name(all.get(i)).equals(name)) {
        return false;
      }
    }
    return true;
  }

  private void writeRest(Layers layers) {
    Layers inner = layers.inner();
    if (inner != null) {
      json.writeFieldName("inner");
      write(json, inner, null);
    }
    Layers quoted = layers.quoted();
    if (quoted != null) {
      json.writeFieldName("quoted");
      write(json, quoted, null);
    }
    if (layers.truncated()) {
      json.writeBooleanField("truncated", true);
    }
    if (layers.malformed()) {
      json.writeBooleanField("malformed", true);
    }
  }

  private void writeAll(Layers layers, String name) {
    json.writeStartArray();
    for (Layer layer : layers.all()) {
      if (name(layer).equals(name)) {
        write(layer);
      }
    }
    json.writeEndArray();
  }

  private static String name(Layer layer) {
    return switch (layer) {
      case Ethernet _ -> "ether";
      case Llc _ -> "llc";
      case Vlan _ -> "vlan";
      case Mpls _ -> "mpls";
      case Pppoe _ -> "pppoe";
      case Ppp _ -> "ppp";
      case Ipv4 _ -> "ipv4";
      case Ipv6 _ -> "ipv6";
      case IpExtension _, Ipv6Fragment _, Ah _ -> "ip_extensions";
      case Tcp _ -> "tcp";
      case TcpHead _ -> "tcp_head";
      case Udp _ -> "udp";
      case Sctp _ -> "sctp";
      case Icmp _ -> "icmp";
      case Arp _ -> "arp";
      case Gre _ -> "gre";
      case Erspan _ -> "erspan";
      case Vxlan _ -> "vxlan";
      case Geneve _ -> "geneve";
      default -> throw new IllegalArgumentException("no JSON for " + layer);
    };
  }

  private void write(Layer layer) {
    json.writeStartObject();
    switch (layer) {
      case Ethernet ether -> writeFields(ether);
      case Llc llc -> writeFields(llc);
      case Vlan vlan -> writeFields(vlan);
      case Mpls mpls -> writeFields(mpls);
      case Pppoe pppoe -> writeFields(pppoe);
      case Ppp ppp -> text("protocol", ppp.protocolName());
      case Ipv4 ip -> writeFields(ip);
      case Ipv6 ip -> writeFields(ip);
      case IpExtension extension -> writeFields(extension);
      case Ipv6Fragment fragment -> writeFields(fragment);
      case Ah ah -> writeFields(ah);
      case Tcp tcp -> writeFields(tcp);
      case TcpHead tcp -> writeFields(tcp);
      case Udp udp -> writeFields(udp);
      case Sctp sctp -> writeFields(sctp);
      case Icmp icmp -> writeFields(icmp);
      case Arp arp -> writeFields(arp);
      case Gre gre -> writeFields(gre);
      case Erspan erspan -> writeFields(erspan);
      case Vxlan vxlan -> writeFields(vxlan);
      case Geneve geneve -> writeFields(geneve);
      default -> throw new IllegalArgumentException("no JSON for " + layer);
    }
    json.writeEndObject();
  }

  private void writeFields(Ethernet ether) {
    json.writeAddressField("src", ether.src());
    json.writeAddressField("dst", ether.dst());
    text("type", ether.typeName());
    if (ether.len() != null) {
      number("len", ether.len());
    }
  }

  private void writeFields(Llc llc) {
    number("dsap", llc.dsap());
    number("ssap", llc.ssap());
    number("control", llc.control());
  }

  private void writeFields(Vlan tag) {
    json.writeHexField("tpid", (short) tag.tpid());
    number("priority", tag.priority());
    json.writeBooleanField("dei", tag.dei());
    number("id", tag.id());
    text("type", tag.typeName());
  }

  private void writeFields(Mpls mpls) {
    number("label", mpls.label());
    number("traffic_class", mpls.trafficClass());
    json.writeBooleanField("bottom", mpls.bottom());
    number("ttl", mpls.ttl());
  }

  private void writeFields(Pppoe pppoe) {
    number("version", pppoe.version());
    number("type", pppoe.type());
    text("code", pppoe.codeName());
    number("session", pppoe.session());
    number("len", pppoe.len());
  }

  private void writeFields(Ipv4 ip) {
    number("version", ip.version());
    number("ihl", ip.ihl());
    number("tos", ip.tos());
    number("len", ip.len());
    number("id", ip.id());
    text("flags", ip.flagsText());
    number("frag_offset", ip.fragOffset());
    number("ttl", ip.ttl());
    text("protocol", ip.protocolName());
    number("checksum", ip.checksum());
    json.writeAddressField("src", ip.src());
    json.writeAddressField("dst", ip.dst());
  }

  private void writeFields(Ipv6 ip) {
    number("version", ip.version());
    number("traffic_class", ip.trafficClass());
    number("flow_label", ip.flowLabel());
    number("len", ip.len());
    text("next_header", ip.nextHeaderName());
    number("hop_limit", ip.hopLimit());
    json.writeAddressField("src", ip.src());
    json.writeAddressField("dst", ip.dst());
  }

  private void writeFields(IpExtension extension) {
    text("type", extension.typeName());
    text("next_header", extension.nextHeaderName());
    number("len", extension.len());
  }

  private void writeFields(Ipv6Fragment fragment) {
    text("type", fragment.typeName());
    text("next_header", fragment.nextHeaderName());
    number("frag_offset", fragment.fragOffset());
    json.writeBooleanField("more_fragments", fragment.moreFragments());
    number("id", fragment.id());
  }

  private void writeFields(Ah ah) {
    text("type", ah.typeName());
    text("next_header", ah.nextHeaderName());
    number("len", ah.len());
    number("spi", ah.spi());
    number("seq", ah.seq());
  }

  private void writeFields(TcpHead tcp) {
    number("sport", tcp.sport());
    number("dport", tcp.dport());
    number("seq", tcp.seq());
  }

  private void writeFields(Tcp tcp) {
    number("sport", tcp.sport());
    number("dport", tcp.dport());
    number("seq", tcp.seq());
    number("ack", tcp.ack());
    number("data_offset", tcp.dataOffset());
    text("flags", tcp.flagsText());
    number("window", tcp.window());
    number("checksum", tcp.checksum());
    number("urgent", tcp.urgent());
    text("sk_state", state == null ? "unknown" : state.name());
  }

  private void writeFields(Udp udp) {
    number("sport", udp.sport());
    number("dport", udp.dport());
    number("len", udp.len());
    number("checksum", udp.checksum());
  }

  private void writeFields(Sctp sctp) {
    number("sport", sctp.sport());
    number("dport", sctp.dport());
    number("tag", sctp.tag());
    number("checksum", sctp.checksum());
  }

  private void writeFields(Icmp icmp) {
    text("type", icmp.typeText());
    number("code", icmp.code());
    number("checksum", icmp.checksum());
    if (icmp.id() != null && icmp.seq() != null) {
      number("id", icmp.id());
      number("seq", icmp.seq());
    }
    if (icmp.mtu() != null) {
      number("mtu", icmp.mtu());
    }
  }

  private void writeFields(Arp arp) {
    text("addr_type", arp.addrTypeName());
    text("protocol", arp.protocolName());
    number("hw_address_size", arp.hwAddressSize());
    number("prot_address_size", arp.protAddressSize());
    text("operation", arp.operationName());
    json.writeAddressField("sender_mac", arp.senderMac());
    text("sender_ip", orEmpty(arp.senderIp()));
    json.writeAddressField("target_mac", arp.targetMac());
    text("target_ip", orEmpty(arp.targetIp()));
  }

  private void writeFields(Gre gre) {
    number("version", gre.version());
    text("protocol", gre.protocolName());
    if (gre.checksum() != null) {
      number("checksum", gre.checksum());
    }
    if (gre.key() != null) {
      number("key", gre.key());
    }
    if (gre.seq() != null) {
      number("seq", gre.seq());
    }
  }

  private void writeFields(Erspan erspan) {
    number("version", erspan.version());
    number("vlan", erspan.vlan());
    number("cos", erspan.cos());
    number("encapsulation", erspan.encapsulation());
    json.writeBooleanField("cut", erspan.cut());
    number("session", erspan.session());
    if (erspan.index() != null) {
      number("index", erspan.index());
    }
    Erspan.Mirror mirror = erspan.mirror();
    if (mirror != null) {
      number("timestamp", mirror.timestamp());
      number("sgt", mirror.sgt());
      number("frame_type", mirror.frameType());
      number("hardware", mirror.hardware());
      json.writeBooleanField("egress", mirror.egress());
      number("granularity", mirror.granularity());
    }
  }

  private void writeFields(Vxlan vxlan) {
    number("flags", vxlan.flags());
    number("vni", vxlan.vni());
  }

  private void writeFields(Geneve geneve) {
    number("version", geneve.version());
    json.writeBooleanField("control", geneve.control());
    json.writeBooleanField("critical", geneve.critical());
    text("protocol", geneve.protocolName());
    number("vni", geneve.vni());
    number("options_len", geneve.optionsLen());
  }

  private void text(String name, String value) {
    json.writeStringField(name, value);
  }

  private void number(String name, long value) {
    json.writeNumberField(name, value);
  }

  private static String orEmpty(@Nullable IpAddress address) {
    return address == null ? "" : address.toString();
  }
}
