package io.dropwatch.output;

import io.dropwatch.layers.Ah;
import io.dropwatch.layers.Arp;
import io.dropwatch.layers.Erspan;
import io.dropwatch.layers.Ethernet;
import io.dropwatch.layers.Geneve;
import io.dropwatch.layers.Gre;
import io.dropwatch.layers.Icmp;
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
import org.jspecify.annotations.Nullable;

/** The {@code layers} object. A protocol that can occur more than once is an array. */
final class LayersJson {
  private final JsonLine json;
  private final LayerFields fields;

  private LayersJson(JsonLine json, @Nullable SocketState state) {
    this.json = json;
    this.fields = new LayerFields(json, state);
  }

  static void write(JsonLine json, Layers layers, @Nullable SocketState state) {
    new LayersJson(json, state).write(layers);
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
        if (isRepeated(layer)) {
          writeAll(layers, name);
        } else {
          fields.write(layer);
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
        fields.write(layer);
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
    };
  }

  private static boolean isRepeated(Layer layer) {
    return switch (layer) {
      case Vlan _, Mpls _, IpExtension _, Ipv6Fragment _, Ah _ -> true;
      case Ethernet _, Llc _, Pppoe _, Ppp _, Arp _, Ipv4 _, Ipv6 _ -> false;
      case Tcp _, TcpHead _, Udp _, Sctp _, Icmp _ -> false;
      case Gre _, Erspan _, Vxlan _, Geneve _ -> false;
    };
  }
}
