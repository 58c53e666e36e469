package io.dropwatch.output;

import io.dropwatch.DropEvent;
import io.dropwatch.layers.Layers;
import io.dropwatch.layers.Vlan;
import io.dropwatch.model.NetworkDevice;
import io.dropwatch.model.PacketType;
import io.dropwatch.model.SkbKind;
import io.dropwatch.model.StackFrame;
import io.dropwatch.pcapfilter.LinkType;

/** Writes the fields of an event, in the order of the published format. */
final class EventJson {
  private static final String SOURCE = "tools";

  private final JsonLine json;
  private final DropEvent event;
  private final StackJson stacks;

  private EventJson(JsonLine json, DropEvent event, StackJson stacks) {
    this.json = json;
    this.event = event;
    this.stacks = stacks;
  }

  static void write(JsonLine json, DropEvent event, StackJson stacks) {
    json.writeStartObject();
    new EventJson(json, event, stacks).writeFields();
    json.writeEndObject();
  }

  private void writeFields() {
    json.writeTimestampField("observed_timestamp", event.time());
    if (event.receivedTime() != null) {
      json.writeTimestampField("received_timestamp", event.receivedTime());
    }
    writeReason();
    writeOwner();
    writeDevice();
    writePacket();
    stacks.writeFields(json, event.stack());
    if (event.stack().shared()) {
      json.writeBooleanField("stack_shared", true);
    }
  }

  private void writeReason() {
    json.writeStringField("drop_source", event.source().label());
    json.writeStringField("drop_reason", event.reason().name());
    json.writeNumberField("drop_reason_code", event.reason().value());
    if (event.reasonGroup() != null) {
      json.writeStringField("drop_reason_group", event.reasonGroup());
    }
    json.writePointerField("drop_location", event.location());
    writeFunction(event.locationFrame());
    json.writeStringField("source", SOURCE);
  }

  private void writeFunction(StackFrame frame) {
    if (frame.symbol() != null) {
      json.writeStringField("drop_function", frame.symbol());
    }
    if (frame.symbol() != null || frame.offset() != 0) {
      json.writeUnsignedField("drop_function_offset", frame.offset());
    }
    if (frame.module() != null) {
      json.writeStringField("drop_module", frame.module());
    }
  }

  private void writeOwner() {
    json.writeStringField("comm", event.comm());
    json.writeNumberField("pid", Integer.toUnsignedLong(event.pid()));
    json.writeNumberField("tid", Integer.toUnsignedLong(event.tid()));
    if (event.containerId() != null) {
      json.writeStringField("container_id", event.containerId());
    }
    OwnerJson.write(json, event);
    if (event.socketState() != null) {
      json.writeStringField("socket_state", event.socketState().name());
    }
    json.writePointerField("memory_cgroup_css_addr", event.memoryCgroupCss());
    json.writeUnsignedField("net_namespace_cookie", event.networkNamespace().cookie());
    json.writeNumberField("net_namespace_inum", event.networkNamespace().inum());
  }

  private void writeDevice() {
    NetworkDevice known = event.device();
    NetworkDevice device = known != null ? known : NetworkDevice.of("-", 0, 0, 0);
    json.writeStringField("netdev_name", device.name());
    json.writeNumberField("netdev_ifindex", Integer.toUnsignedLong(device.ifindex()));
    json.writeNumberField("netdev_queue_mapping", Integer.toUnsignedLong(device.queueMapping()));
    json.writeArrayFieldStart("netdev_linkstatus");
    for (String status : device.linkStatus()) {
      json.writeString(status);
    }
    json.writeEndArray();
    if (known != null) {
      json.writeNumberField("netdev_flags", Integer.toUnsignedLong(known.flags()));
    }
  }

  private void writePacket() {
    json.writePointerField("packet_skb_addr", event.skbAddress());
    json.writeHexField("packet_eth_proto", (short) event.etherType());
    json.writeNumberField("packet_len", event.packetLength());
    if (event.skbLength() != null) {
      json.writeNumberField("packet_skb_len", event.skbLength());
    }
    if (event.kind() != SkbKind.PACKET) {
      json.writeStringField("kind", event.kind().label());
    }
    writePacketType();
    writeVlan();
    Layers layers = event.layers();
    if (!layers.isEmpty()) {
      json.writeFieldName("layers");
      LayersJson.write(json, layers, event.socketState());
    }
    json.writeStringField("packet_link_type", linkType(event.linkType()));
    json.writeHexField("packet_bytes", event.packet());
  }

  private static String linkType(LinkType type) {
    return switch (type) {
      case ETHERNET -> "ethernet";
      case RAW_IP -> "raw_ip";
    };
  }

  private void writePacketType() {
    PacketType type = event.packetType();
    if (type != null) {
      json.writeStringField("packet_type", type.label());
    }
  }

  private void writeVlan() {
    Vlan vlan = event.vlan();
    if (vlan != null) {
      json.writeFieldName("packet_vlan");
      LayersJson.write(json, vlan);
    }
  }
}
