package io.dropwatch.output;

import com.fasterxml.jackson.core.JsonGenerator;
import io.dropwatch.DropEvent;
import io.dropwatch.DropReason;
import io.dropwatch.NetworkDevice;
import io.dropwatch.layers.Layers;
import io.dropwatch.layers.Vlan;
import io.dropwatch.pcapfilter.LinkType;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** The walk over an event that both dialects share. */
final class EventJson {
  private static final HexFormat HEX = HexFormat.of();
  private static final Map<LinkType, String> LINK_TYPES =
      Map.of(LinkType.ETHERNET, "ethernet", LinkType.RAW_IP, "raw_ip");
  private static final List<Integer> HUATUO_PROTOCOLS = List.of(0x0800, 0x0806, 0x86dd);

  private final JsonGenerator json;
  private final DropEvent event;
  private final JsonDialect dialect;
  private final String source;
  private final StackJson stacks;

  private EventJson(
      JsonGenerator json, DropEvent event, JsonDialect dialect, String source, StackJson stacks) {
    this.json = json;
    this.event = event;
    this.dialect = dialect;
    this.source = source;
    this.stacks = stacks;
  }

  static void write(
      JsonGenerator json, DropEvent event, JsonDialect dialect, String source, StackJson stacks)
      throws IOException {
    json.writeStartObject();
    new EventJson(json, event, dialect, source, stacks).writeFields();
    json.writeEndObject();
  }

  private void writeFields() throws IOException {
    json.writeStringField("observed_timestamp", Timestamp.of(event.time()));
    if (isDefault() && event.receivedTime() != null) {
      json.writeStringField("received_timestamp", Timestamp.of(event.receivedTime()));
    }
    writeReason();
    writeOwner();
    writeDevice();
    writePacket();
    stacks.writeFields(json, event.stack());
  }

  private void writeReason() throws IOException {
    json.writeStringField("drop_source", event.source().label());
    json.writeStringField("drop_reason", reason(event.reason()));
    if (isDefault()) {
      json.writeNumberField("drop_reason_code", event.reason().value());
    }
    if (event.reasonGroup() != null) {
      json.writeStringField("drop_reason_group", event.reasonGroup());
    }
    if (isDefault() || event.location() != 0) {
      json.writeStringField("drop_location", Pointer.of(event.location()));
    }
    json.writeStringField("source", source);
  }

  // HUATUO writes a reason without a name as its number.
  private String reason(DropReason reason) {
    return isDefault() || reason.isNamed()
        ? reason.name()
        : Integer.toUnsignedString(reason.value());
  }

  private void writeOwner() throws IOException {
    json.writeStringField("comm", event.comm());
    json.writeNumberField("pid", Integer.toUnsignedLong(event.pid()));
    if (isDefault()) {
      json.writeNumberField("tid", Integer.toUnsignedLong(event.tid()));
    }
    if (event.containerId() != null) {
      json.writeStringField("container_id", event.containerId());
    }
    if (isDefault()) {
      OwnerJson.write(json, event);
    }
    if (isDefault() && event.socketState() != null) {
      json.writeStringField("socket_state", event.socketState().name());
    }
    json.writeStringField("memory_cgroup_css_addr", Pointer.of(event.memoryCgroupCss()));
    json.writeFieldName("net_namespace_cookie");
    json.writeNumber(Long.toUnsignedString(event.networkNamespace().cookie()));
    json.writeNumberField("net_namespace_inum", event.networkNamespace().inode());
  }

  private void writeDevice() throws IOException {
    NetworkDevice known = event.device();
    NetworkDevice device = known != null ? known : new NetworkDevice("-", 0, 0, 0);
    json.writeStringField("netdev_name", device.name());
    json.writeNumberField("netdev_ifindex", Integer.toUnsignedLong(device.ifindex()));
    json.writeNumberField("netdev_queue_mapping", Integer.toUnsignedLong(device.queueMapping()));
    json.writeArrayFieldStart("netdev_linkstatus");
    for (String status : device.linkStatus()) {
      json.writeString(status);
    }
    json.writeEndArray();
    if (isDefault() && known != null) {
      json.writeNumberField("netdev_flags", Integer.toUnsignedLong(known.flags()));
    }
  }

  private void writePacket() throws IOException {
    if (isDefault() || event.skbAddress() != 0) {
      json.writeStringField("packet_skb_addr", Pointer.of(event.skbAddress()));
    }
    json.writeStringField("packet_eth_proto", protocol());
    json.writeNumberField(dialect.packetLength, event.packetLength());
    if (isDefault()) {
      writeVlan();
    }
    Layers layers = event.layers();
    if (isDefault() ? !layers.isEmpty() : !layers.label().equals("unknown")) {
      json.writeFieldName("layers");
      LayersJson.write(json, layers, event.socketState(), dialect);
    }
    if (isDefault()) {
      json.writeStringField("packet_link_type", LINK_TYPES.get(event.linkType()));
      json.writeStringField("packet_bytes", HEX.formatHex(event.packet()));
    }
  }

  private String protocol() {
    if (isDefault()) {
      return "0x" + HEX.toHexDigits((short) event.protocol());
    }
    int known = HUATUO_PROTOCOLS.contains(event.protocol()) ? event.protocol() : 0;
    return "0x" + Integer.toHexString(known);
  }

  private void writeVlan() throws IOException {
    Vlan vlan = event.vlan();
    if (vlan != null) {
      json.writeFieldName("packet_vlan");
      new LayerFields(json, null, dialect).write(vlan);
    }
  }

  private boolean isDefault() {
    return dialect == JsonDialect.DEFAULT;
  }
}
