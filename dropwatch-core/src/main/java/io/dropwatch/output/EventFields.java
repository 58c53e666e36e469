package io.dropwatch.output;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.dropwatch.DropEvent;
import io.dropwatch.DropEventBuilder;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.DropSource;
import io.dropwatch.model.KernelStack;
import io.dropwatch.model.NetworkDevice;
import io.dropwatch.model.NetworkNamespace;
import io.dropwatch.model.PacketType;
import io.dropwatch.model.SocketState;
import io.dropwatch.model.StackFrame;
import io.dropwatch.pcapfilter.LinkType;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the fields of one event; {@link #event} combines those that belong together. */
final class EventFields {
  private final DropEventBuilder builder = DropEvent.builder();
  private int reasonCode = DropReason.NOT_SUPPORTED.value();
  private String reasonName = DropReason.NOT_SUPPORTED.name();
  private long location;
  private @Nullable String function;
  private long functionOffset;
  private @Nullable String module;
  private String deviceName = "-";
  private int ifindex;
  private int queueMapping;
  private @Nullable Integer deviceFlags;
  private long namespaceCookie;
  private long netnsInum;
  private int vlanTpid;
  private int vlanTci;
  private LinkType linkType = LinkType.ETHERNET;
  private byte[] packet = new byte[0];
  private String stack = "";
  private @Nullable List<StackFrame> frames;
  private boolean stackShared;

  private final OwnerJson owner = new OwnerJson();

  private EventFields() {}

  /** Reads an object whose opening brace has been read. */
  static DropEvent read(JsonParser json) throws IOException {
    var fields = new EventFields();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      try {
        fields.read(name, json);
      } catch (RuntimeException e) {
        throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
      }
    }
    return fields.event();
  }

  private void read(String name, JsonParser json) throws IOException {
    switch (name) {
      case "observed_timestamp" -> builder.time(Instant.parse(text(json)));
      case "received_timestamp" -> builder.receivedTime(Instant.parse(text(json)));
      case "drop_source" -> builder.source(constant(DropSource.class, text(json)));
      case "drop_reason" -> reasonName = text(json);
      case "drop_reason_code" -> reasonCode = json.getIntValue();
      case "drop_reason_group" -> builder.reasonGroup(text(json));
      case "drop_location" -> location = FrameText.parseAddress(text(json));
      case "drop_function" -> function = text(json);
      case "drop_function_offset" -> functionOffset = Long.parseUnsignedLong(number(json));
      case "drop_module" -> module = text(json);
      case "comm" -> builder.comm(text(json));
      case "pid" -> builder.pid(unsigned(json));
      case "tid" -> builder.tid(unsigned(json));
      case "task_cgroup_id" -> builder.taskCgroupId(Long.parseUnsignedLong(number(json)));
      case "socket_state" -> builder.socketState(SocketState.of(text(json)));
      case "memory_cgroup_css_addr" -> builder.memoryCgroupCss(FrameText.parseAddress(text(json)));
      case "net_namespace_cookie" -> namespaceCookie = Long.parseUnsignedLong(number(json));
      case "net_namespace_inum" -> netnsInum = json.getLongValue();
      case "netdev_name" -> deviceName = text(json);
      case "netdev_ifindex" -> ifindex = unsigned(json);
      case "netdev_queue_mapping" -> queueMapping = unsigned(json);
      case "netdev_flags" -> deviceFlags = unsigned(json);
      case "packet_skb_addr" -> builder.skbAddress(FrameText.parseAddress(text(json)));
      case "packet_eth_proto" ->
          builder.etherType(Math.toIntExact(FrameText.parseAddress(text(json))));
      case "packet_len" -> builder.packetLength(json.getIntValue());
      case "packet_type" -> builder.packetType(constant(PacketType.class, text(json)));
      case "packet_vlan" -> readVlan(json);
      case "packet_link_type" -> linkType = constant(LinkType.class, text(json));
      case "packet_bytes" -> packet = HexFormat.of().parseHex(text(json));
      case "stack" -> stack = text(json);
      case "stack_frames" -> frames = readFrames(json);
      case "stack_shared" -> stackShared = json.getBooleanValue();
      default -> {
        if (!owner.read(name, json)) {
          json.skipChildren();
        }
      }
    }
  }

  private void readVlan(JsonParser json) throws IOException {
    require(json, JsonToken.START_OBJECT, "an object");
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      switch (name) {
        case "tpid" -> vlanTpid = Math.toIntExact(FrameText.parseAddress(text(json)));
        case "priority" -> vlanTci |= (json.getIntValue() & 7) << 13;
        case "dei" -> vlanTci |= json.getBooleanValue() ? 1 << 12 : 0;
        case "id" -> vlanTci |= json.getIntValue() & 0xfff;
        default -> json.skipChildren();
      }
    }
  }

  private static List<StackFrame> readFrames(JsonParser json) throws IOException {
    require(json, JsonToken.START_ARRAY, "an array");
    List<StackFrame> frames = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      frames.add(FrameText.parse(text(json)));
    }
    return frames;
  }

  private DropEvent event() {
    owner.addTo(builder);
    return builder
        .reason(new DropReason(reasonCode, reasonName))
        .location(new StackFrame(location, function, functionOffset, module))
        .device(device())
        .networkNamespace(NetworkNamespace.of(netnsInum, namespaceCookie))
        .vlan(vlanTpid, vlanTci)
        .packet(linkType, packet)
        .stack(stack())
        .build();
  }

  private KernelStack stack() {
    KernelStack own = KernelStack.of(frames != null ? frames : bareFrames());
    return stackShared ? own.asShared() : own;
  }

  private @Nullable NetworkDevice device() {
    if (deviceFlags != null) {
      return NetworkDevice.of(deviceName, ifindex, deviceFlags, queueMapping);
    }
    // A line without flags is another program's, which writes "-" when there is no device.
    return deviceName.equals("-") ? null : NetworkDevice.of(deviceName, ifindex, 0, queueMapping);
  }

  private List<StackFrame> bareFrames() {
    return stack
        .lines()
        .filter(line -> !line.isEmpty())
        .map(
            line ->
                line.startsWith("0x")
                    ? StackFrame.unknown(FrameText.parseAddress(line))
                    : new StackFrame(0, line, 0, null))
        .toList();
  }

  static String text(JsonParser json) throws IOException {
    require(json, JsonToken.VALUE_STRING, "a string");
    return json.getText();
  }

  static String number(JsonParser json) throws IOException {
    require(json, JsonToken.VALUE_NUMBER_INT, "a number");
    return json.getText();
  }

  private static int unsigned(JsonParser json) throws IOException {
    return Integer.parseUnsignedInt(number(json));
  }

  private static void require(JsonParser json, JsonToken wanted, String what) throws IOException {
    if (json.currentToken() != wanted) {
      throw new IllegalArgumentException("expected " + what + ", was " + json.getText());
    }
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String text) {
    for (E constant : type.getEnumConstants()) {
      if (text.equals(constant.name().toLowerCase(Locale.ROOT))) {
        return constant;
      }
    }
    throw new IllegalArgumentException("unknown value '" + text + "'");
  }
}
