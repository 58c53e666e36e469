package io.dropwatch.examples.huatuo;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.dropwatch.DropEvent;
import io.dropwatch.layers.Arp;
import io.dropwatch.layers.Ethernet;
import io.dropwatch.layers.Icmp;
import io.dropwatch.layers.Ipv4;
import io.dropwatch.layers.Ipv6;
import io.dropwatch.layers.Layer;
import io.dropwatch.layers.Layers;
import io.dropwatch.layers.Tcp;
import io.dropwatch.layers.Udp;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.NetworkDevice;
import io.dropwatch.model.SocketState;
import io.dropwatch.output.LineWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serial;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes events as NDJSON in the fields that a <i>huatuo-bamai</i> daemon reads: {@code saddr}
 * instead of {@code src}, {@code packet_len_bytes} with {@code skb->len} instead of {@code
 * packet_len}, stack frames with offset and module, and nothing that the daemon does not know.
 * Fields that its Go structs mark {@code omitempty} are left out when they are empty or 0.
 *
 * <p>Characters other than printable ASCII are written as {@code \\u…}, so that a name cannot steer
 * a terminal.
 *
 * <p>{@code drop-event.schema.json} beside this class is the JSON Schema (draft 2020-12) of a line.
 *
 * @see <a href="https://github.com/ccfos/huatuo">HUATUO, as of August 2026</a>
 */
public final class HuatuoJsonWriter extends LineWriter {
  private static final List<Integer> KNOWN_ETHER_TYPES = List.of(0x0800, 0x0806, 0x86dd);

  /** Go's RFC3339Nano: no trailing zeros. */
  private static final DateTimeFormatter TIMESTAMP =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .appendLiteral('Z')
          .toFormatter()
          .withZone(ZoneOffset.UTC);

  private static final JsonFactory JSON =
      new JsonFactoryBuilder()
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .characterEscapes(new EscapeDelete())
          .build();

  /**
   * Creates a writer to a stream, which {@link #close} closes. Each event is one call of {@link
   * OutputStream#write(byte[], int, int)}.
   */
  public HuatuoJsonWriter(OutputStream stream) {
    super(stream);
  }

  @Override
  public void write(DropEvent event) {
    byte[] line = (format(event, "tools") + "\n").getBytes(StandardCharsets.US_ASCII);
    writeLines(line, line.length);
  }

  /**
   * Returns the event as one JSON object, without a newline.
   *
   * @param source who collects the events: {@code tools} for a program that a user started, {@code
   *     events} under the daemon
   */
  public static String format(DropEvent event, String source) {
    StringWriter text = new StringWriter(2048);
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      writeEvent(json, event, source);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void writeEvent(JsonGenerator json, DropEvent event, String source)
      throws IOException {
    json.writeStringField("observed_timestamp", TIMESTAMP.format(event.time()));
    json.writeStringField("drop_source", event.source().label());
    json.writeStringField("drop_reason", reason(event.reason()));
    writeUnlessEmpty(json, "drop_reason_group", event.reasonGroup());
    writeUnlessEmpty(json, "drop_location", pointer(event.location()));
    json.writeStringField("source", source);
    json.writeStringField("comm", event.comm());
    json.writeNumberField("pid", Integer.toUnsignedLong(event.pid()));
    writeUnlessEmpty(json, "container_id", event.containerId());
    json.writeStringField("memory_cgroup_css_addr", pointer(event.memoryCgroupCss()));
    json.writeFieldName("net_namespace_cookie");
    json.writeNumber(Long.toUnsignedString(event.networkNamespace().cookie()));
    json.writeNumberField("net_namespace_inum", event.networkNamespace().inum());
    writeDevice(json, Objects.requireNonNullElse(event.device(), NetworkDevice.of("-", 0, 0, 0)));
    writeUnlessEmpty(json, "packet_skb_addr", pointer(event.skbAddress()));
    int etherType = KNOWN_ETHER_TYPES.contains(event.etherType()) ? event.etherType() : 0;
    json.writeStringField("packet_eth_proto", "0x" + Integer.toHexString(etherType));
    json.writeNumberField(
        "packet_len_bytes", Objects.requireNonNullElse(event.skbLength(), event.packetLength()));
    if (!event.layers().label().equals("unknown")) {
      writeLayers(json, event.layers(), event.socketState());
    }
    json.writeStringField("stack", event.stack().withOffsets());
  }

  private static String reason(DropReason reason) {
    return reason.isNamed() ? reason.name() : Integer.toUnsignedString(reason.value());
  }

  private static String pointer(long address) {
    return address == 0 ? "" : "0x%016x".formatted(address);
  }

  private static void writeUnlessEmpty(JsonGenerator json, String name, @Nullable String value)
      throws IOException {
    if (value != null && !value.isEmpty()) {
      json.writeStringField(name, value);
    }
  }

  private static void writeUnlessZero(JsonGenerator json, String name, int value)
      throws IOException {
    if (value != 0) {
      json.writeNumberField(name, value);
    }
  }

  private static void writeDevice(JsonGenerator json, NetworkDevice device) throws IOException {
    json.writeStringField("netdev_name", device.name());
    json.writeNumberField("netdev_ifindex", Integer.toUnsignedLong(device.ifindex()));
    json.writeNumberField("netdev_queue_mapping", Integer.toUnsignedLong(device.queueMapping()));
    json.writeArrayFieldStart("netdev_linkstatus");
    for (String status : device.linkStatus()) {
      json.writeString(status);
    }
    json.writeEndArray();
  }

  private static void writeLayers(JsonGenerator json, Layers layers, @Nullable SocketState state)
      throws IOException {
    json.writeObjectFieldStart("layers");
    json.writeStringField("label", layers.label());
    for (Layer layer : layers.all()) {
      switch (layer) {
        case Ethernet ether -> write(json, ether);
        case Ipv4 ip -> write(json, ip);
        case Ipv6 ip -> write(json, ip);
        case Tcp tcp -> write(json, tcp, state);
        case Udp udp -> write(json, udp);
        case Icmp icmp -> write(json, icmp);
        case Arp arp -> write(json, arp);
        // The daemon has no field for it.
        default -> {}
      }
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Ethernet ether) throws IOException {
    json.writeObjectFieldStart("ether");
    json.writeStringField("saddr", ether.src().toString());
    json.writeStringField("daddr", ether.dst().toString());
    json.writeStringField("type", ether.typeName());
    if (ether.len() != null) {
      writeUnlessZero(json, "len", ether.len());
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Ipv4 ip) throws IOException {
    json.writeObjectFieldStart("ipv4");
    json.writeNumberField("version", ip.version());
    json.writeNumberField("ihl", ip.ihl());
    json.writeNumberField("tos", ip.tos());
    json.writeNumberField("len", ip.len());
    json.writeNumberField("id", ip.id());
    writeUnlessEmpty(json, "flags", ip.flagsText());
    writeUnlessZero(json, "frag_offset", ip.fragOffset());
    json.writeNumberField("ttl", ip.ttl());
    json.writeStringField("protocol", ip.protocolName());
    json.writeNumberField("checksum", ip.checksum());
    json.writeStringField("saddr", ip.src().toString());
    json.writeStringField("daddr", ip.dst().toString());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Ipv6 ip) throws IOException {
    json.writeObjectFieldStart("ipv6");
    json.writeNumberField("version", ip.version());
    json.writeNumberField("traffic_class", ip.trafficClass());
    json.writeNumberField("flow_label", ip.flowLabel());
    json.writeNumberField("len", ip.len());
    json.writeStringField("next_header", ip.nextHeaderName());
    json.writeNumberField("hop_limit", ip.hopLimit());
    json.writeStringField("saddr", ip.src().toString());
    json.writeStringField("daddr", ip.dst().toString());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Tcp tcp, @Nullable SocketState state)
      throws IOException {
    json.writeObjectFieldStart("tcp");
    json.writeNumberField("sport", tcp.sport());
    json.writeNumberField("dport", tcp.dport());
    json.writeNumberField("seq", tcp.seq());
    json.writeNumberField("ack_seq", tcp.ack());
    json.writeNumberField("data_offset", tcp.dataOffset());
    json.writeStringField("flags", tcp.flagsText());
    json.writeNumberField("window", tcp.window());
    json.writeNumberField("checksum", tcp.checksum());
    writeUnlessZero(json, "urgent", tcp.urgent());
    json.writeStringField("sk_state", state == null ? "unknown" : state.name());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Udp udp) throws IOException {
    json.writeObjectFieldStart("udp");
    json.writeNumberField("sport", udp.sport());
    json.writeNumberField("dport", udp.dport());
    json.writeNumberField("len", udp.len());
    json.writeNumberField("checksum", udp.checksum());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Icmp icmp) throws IOException {
    json.writeObjectFieldStart("icmp");
    json.writeStringField("type", icmp.typeText());
    json.writeNumberField("code", icmp.code());
    json.writeNumberField("checksum", icmp.checksum());
    // HUATUO fills these for ICMPv4 only.
    if (icmp.version() == 4 && icmp.id() != null && icmp.seq() != null) {
      writeUnlessZero(json, "id", icmp.id());
      writeUnlessZero(json, "seq", icmp.seq());
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Arp arp) throws IOException {
    json.writeObjectFieldStart("arp");
    json.writeStringField("addr_type", arp.addrTypeName());
    json.writeStringField("protocol", arp.protocolName());
    json.writeNumberField("hw_address_size", arp.hwAddressSize());
    json.writeNumberField("prot_address_size", arp.protAddressSize());
    json.writeStringField("operation", arp.operationName());
    json.writeStringField("sender_mac", arp.senderMac().toString());
    json.writeStringField("sender_ip", Objects.toString(arp.senderIp(), ""));
    json.writeStringField("target_mac", arp.targetMac().toString());
    json.writeStringField("target_ip", Objects.toString(arp.targetIp(), ""));
    json.writeEndObject();
  }

  /** JSON allows a bare DEL; a terminal acts on it. */
  private static final class EscapeDelete extends CharacterEscapes {
    @Serial private static final long serialVersionUID = 1;

    @Override
    public int[] getEscapeCodesForAscii() {
      int[] escapes = standardAsciiEscapesForJSON();
      escapes[0x7f] = ESCAPE_STANDARD;
      return escapes;
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int character) {
      return null;
    }
  }
}
