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
import io.dropwatch.model.SkbKind;
import io.dropwatch.model.SocketState;
import io.dropwatch.model.StackFrame;
import io.dropwatch.pcapfilter.LinkType;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the fields of one event; {@link #event} combines those that belong together. */
final class EventFields {
  /** Longest name, in characters: a path of the kernel (PATH_MAX). */
  static final int MAX_NAME = 4096;

  /** Longest text of a stack frame: twice KSYM_NAME_LEN. */
  static final int MAX_FRAME = 1024;

  private final DropEventBuilder builder = DropEvent.builder();
  private boolean hasTime;
  private int reasonCode = DropReason.NOT_SUPPORTED.value();
  private @Nullable String reasonName;
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
      case "observed_timestamp" -> {
        builder.time(time(json));
        hasTime = true;
      }
      case "received_timestamp" -> builder.receivedTime(time(json));
      case "drop_source" -> builder.source(constant(DropSource.class, text(json)));
      case "drop_reason" -> reasonName = text(json);
      case "drop_reason_code" -> reasonCode = integer(json);
      case "drop_reason_group" -> builder.reasonGroup(text(json));
      case "drop_location" -> location = FrameText.parseAddress(text(json));
      case "drop_function" -> function = text(json);
      case "drop_function_offset" -> functionOffset = u64(json);
      case "drop_module" -> module = text(json);
      case "comm" -> builder.comm(text(json));
      case "pid" -> builder.pid(unsigned(json));
      case "tid" -> builder.tid(unsigned(json));
      case "task_cgroup_id" -> builder.taskCgroupId(u64(json));
      case "socket_state" -> builder.socketState(SocketState.of(text(json)));
      case "memory_cgroup_css_addr" -> builder.memoryCgroupCss(FrameText.parseAddress(text(json)));
      case "net_namespace_cookie" -> namespaceCookie = u64(json);
      case "net_namespace_inum" -> netnsInum = number(json, 0, 0xffff_ffffL);
      case "netdev_name" -> deviceName = text(json);
      case "netdev_ifindex" -> ifindex = unsigned(json);
      case "netdev_queue_mapping" -> queueMapping = unsigned(json);
      case "netdev_flags" -> deviceFlags = unsigned(json);
      case "packet_skb_addr" -> builder.skbAddress(FrameText.parseAddress(text(json)));
      case "packet_eth_proto" ->
          builder.etherType(Math.toIntExact(FrameText.parseAddress(text(json))));
      case "packet_len" -> builder.packetLength((int) number(json, 0, Integer.MAX_VALUE));
      case "packet_skb_len" -> builder.skbLength((int) number(json, 0, Integer.MAX_VALUE));
      case "kind" -> builder.kind(constant(SkbKind.class, text(json)));
      case "packet_type" -> builder.packetType(constant(PacketType.class, text(json)));
      case "packet_vlan" -> readVlan(json);
      case "packet_link_type" -> linkType = constant(LinkType.class, text(json));
      case "packet_bytes" -> packet = hex(longText(json));
      case "stack" -> stack = longText(json);
      case "stack_frames" -> frames = readFrames(json);
      case "stack_shared" -> stackShared = bool(json);
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
        case "priority" -> vlanTci |= ((int) number(json, 0, 7)) << 13;
        case "dei" -> vlanTci |= bool(json) ? 1 << 12 : 0;
        case "id" -> vlanTci |= (int) number(json, 0, 0xfff);
        default -> json.skipChildren();
      }
    }
  }

  private static List<StackFrame> readFrames(JsonParser json) throws IOException {
    require(json, JsonToken.START_ARRAY, "an array");
    List<StackFrame> frames = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      requireDepth(frames.size() + 1L);
      frames.add(FrameText.parse(requireLength(longText(json), MAX_FRAME)));
    }
    return frames;
  }

  private static void requireDepth(long frames) {
    if (frames > KernelStack.MAX_DEPTH) {
      throw new IllegalArgumentException(
          "a stack has at most " + KernelStack.MAX_DEPTH + " frames, was more");
    }
  }

  private DropEvent event() {
    if (!hasTime || (reasonName == null && frames == null && stack.isEmpty())) {
      throw new IllegalArgumentException(
          "not a dropped packet: it needs observed_timestamp, and drop_reason or stack");
    }
    owner.addTo(builder);
    return builder
        .reason(reason())
        .location(new StackFrame(location, function, functionOffset, module))
        .device(device())
        .networkNamespace(NetworkNamespace.of(netnsInum, namespaceCookie))
        .vlan(vlanTpid, vlanTci)
        .packet(linkType, packet)
        .stack(stack())
        .build();
  }

  private DropReason reason() {
    return reasonName == null ? DropReason.NOT_SUPPORTED : new DropReason(reasonCode, reasonName);
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
    requireDepth(stack.lines().filter(line -> !line.isEmpty()).limit(1000).count());
    return stack
        .lines()
        .filter(line -> !line.isEmpty())
        .map(line -> requireLength(line, MAX_FRAME))
        .map(
            line ->
                line.startsWith("0x")
                    ? StackFrame.unknown(FrameText.parseAddress(line))
                    : new StackFrame(0, line, 0, null))
        .toList();
  }

  /** Returns a name: a string of bounded length. */
  static String text(JsonParser json) throws IOException {
    return requireLength(longText(json), MAX_NAME);
  }

  private static String requireLength(String text, int most) {
    if (text.length() > most) {
      throw new IllegalArgumentException(
          "must have at most " + most + " characters, was " + text.length());
    }
    return text;
  }

  private static String longText(JsonParser json) throws IOException {
    require(json, JsonToken.VALUE_STRING, "a string");
    return json.getText();
  }

  private static Instant time(JsonParser json) throws IOException {
    String text = text(json);
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "expected a time such as 2026-08-04T01:02:03.5Z, was " + Printable.quoted(text), e);
    }
  }

  private static byte[] hex(String digits) {
    try {
      return HexFormat.of().parseHex(digits);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "expected pairs of hexadecimal digits, was " + Printable.quoted(digits), e);
    }
  }

  private static boolean bool(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case null, default ->
          throw new IllegalArgumentException("expected true or false, was " + shown(json));
    };
  }

  private static int integer(JsonParser json) throws IOException {
    return (int) number(json, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  private static int unsigned(JsonParser json) throws IOException {
    return (int) number(json, 0, 0xffff_ffffL);
  }

  /** Returns an unsigned 64-bit number. */
  static long u64(JsonParser json) throws IOException {
    require(json, JsonToken.VALUE_NUMBER_INT, "a number");
    try {
      return Long.parseUnsignedLong(json.getText());
    } catch (NumberFormatException e) {
      throw outOfRange(json, "0", "2^64-1", e);
    }
  }

  static long number(JsonParser json, long least, long most) throws IOException {
    require(json, JsonToken.VALUE_NUMBER_INT, "a number");
    try {
      long number = Long.parseLong(json.getText());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw outOfRange(json, Long.toString(least), Long.toString(most), e);
    }
    throw outOfRange(json, Long.toString(least), Long.toString(most), null);
  }

  private static IllegalArgumentException outOfRange(
      JsonParser json, String least, String most, @Nullable Throwable cause) throws IOException {
    return new IllegalArgumentException(
        "expected a number from %s to %s, was %s".formatted(least, most, shown(json)), cause);
  }

  private static void require(JsonParser json, JsonToken wanted, String what) throws IOException {
    if (json.currentToken() != wanted) {
      throw new IllegalArgumentException("expected " + what + ", was " + shown(json));
    }
  }

  /** Returns the current token for a message. */
  static String shown(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> Printable.quoted(json.getText());
      case null -> "nothing";
      default -> Printable.line(json.getText().substring(0, Math.min(80, json.getTextLength())));
    };
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String text) {
    for (E constant : type.getEnumConstants()) {
      if (text.equals(constant.name().toLowerCase(Locale.ROOT))) {
        return constant;
      }
    }
    throw new IllegalArgumentException("unknown value " + Printable.quoted(text));
  }
}
