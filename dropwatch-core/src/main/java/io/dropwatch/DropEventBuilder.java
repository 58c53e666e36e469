package io.dropwatch;

import io.dropwatch.layers.Vlan;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.DropSource;
import io.dropwatch.model.KernelStack;
import io.dropwatch.model.NetworkDevice;
import io.dropwatch.model.NetworkNamespace;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerSocket;
import io.dropwatch.model.PacketType;
import io.dropwatch.model.SkbKind;
import io.dropwatch.model.SocketState;
import io.dropwatch.model.StackFrame;
import io.dropwatch.pcapfilter.LinkType;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import java.util.function.LongFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link DropEvent}. Whatever is not set is unknown: empty, 0 or null. Not thread-safe; may
 * be used again after {@link #build}.
 */
public final class DropEventBuilder {
  static final int UNKNOWN_LENGTH = -1;

  private static final int MAX_PACKET_BYTES = 1 << 16;

  // RFC 3339 has years of four digits.
  private static final Instant FIRST_TIME = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant END_OF_TIME = Instant.parse("+10000-01-01T00:00:00Z");

  private static final Pattern UNPAIRED_SURROGATE = Pattern.compile("\\p{Cs}");

  Instant time = Instant.EPOCH;
  @Nullable Instant receivedTime;
  DropReason reason = DropReason.NOT_SUPPORTED;
  @Nullable String reasonGroup;
  DropSource source = DropSource.SOFTWARE;
  long location;
  LongFunction<StackFrame> locationSymbols = StackFrame::unknown;
  String comm = "";
  int pid;
  int tid;
  long taskCgroupId;
  Owner owner = Owner.UNKNOWN;
  @Nullable NetworkDevice device;
  NetworkNamespace networkNamespace = NetworkNamespace.UNKNOWN;
  @Nullable SocketState socketState;
  @Nullable OwnerSocket socket;
  long memoryCgroupCss;
  long skbAddress;
  int skbLength = UNKNOWN_LENGTH;
  int etherType;
  SkbKind kind = SkbKind.PACKET;
  @Nullable PacketType packetType;
  int packetLength;
  LinkType linkType = LinkType.ETHERNET;
  byte[] packet = new byte[0];
  KernelStack stack = KernelStack.EMPTY;
  private int vlanTpid;
  private int vlanTci;

  DropEventBuilder() {}

  DropEventBuilder(DropEvent from) {
    time = from.time;
    receivedTime = from.receivedTime;
    reason = from.reason;
    reasonGroup = from.reasonGroup;
    source = from.source;
    location = from.location;
    locationSymbols = from.locationSymbols;
    comm = from.comm;
    pid = from.pid;
    tid = from.tid;
    taskCgroupId = from.taskCgroupId;
    owner = from.owner;
    device = from.device;
    networkNamespace = from.networkNamespace;
    socketState = from.socketState;
    socket = from.socket;
    memoryCgroupCss = from.memoryCgroupCss;
    skbAddress = from.skbAddress;
    skbLength = from.skbLength;
    etherType = from.etherType;
    kind = from.kind;
    packetType = from.packetType;
    if (from.vlan != null) {
      vlanTpid = from.vlan.tpid();
      vlanTci = from.vlan.tci();
    }
    packetLength = from.packetLength;
    linkType = from.linkType;
    packet = from.packet;
    stack = from.stack;
  }

  // An unpaired surrogate would make UTF-8 output fail far away from where it came in.
  private static String wellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return UNPAIRED_SURROGATE.matcher(text).replaceAll("\uFFFD");
      }
    }
    return text;
  }

  /**
   * See {@link DropEvent#time}.
   *
   * @param time in the years 0 to 9999
   */
  public DropEventBuilder time(Instant time) {
    this.time = requireYear("time", time);
    return this;
  }

  /**
   * See {@link DropEvent#receivedTime}.
   *
   * @param receivedTime in the years 0 to 9999
   */
  public DropEventBuilder receivedTime(@Nullable Instant receivedTime) {
    this.receivedTime = receivedTime == null ? null : requireYear("receivedTime", receivedTime);
    return this;
  }

  private static Instant requireYear(String what, Instant time) {
    if (time.isBefore(FIRST_TIME) || !time.isBefore(END_OF_TIME)) {
      throw new IllegalArgumentException(what + " must be in the years 0 to 9999, was " + time);
    }
    return time;
  }

  /** See {@link DropEvent#reason}. */
  public DropEventBuilder reason(DropReason reason) {
    this.reason = Objects.requireNonNull(reason, "reason");
    return this;
  }

  /** See {@link DropEvent#reasonGroup}. */
  public DropEventBuilder reasonGroup(@Nullable String reasonGroup) {
    this.reasonGroup = reasonGroup == null ? null : wellFormed(reasonGroup);
    return this;
  }

  /** See {@link DropEvent#source}. */
  public DropEventBuilder source(DropSource source) {
    this.source = Objects.requireNonNull(source, "source");
    return this;
  }

  /** See {@link DropEvent#location}; its function is not known. */
  public DropEventBuilder location(long location) {
    return location(location, StackFrame::unknown);
  }

  /** See {@link DropEvent#locationFrame}. */
  public DropEventBuilder location(StackFrame frame) {
    Objects.requireNonNull(frame, "frame");
    return location(frame.address(), _ -> frame);
  }

  /**
   * See {@link DropEvent#location}.
   *
   * @param symbols a pure function from an address to its frame, called from any thread when {@link
   *     DropEvent#locationFrame} is asked for
   */
  public DropEventBuilder location(long location, LongFunction<StackFrame> symbols) {
    this.location = location;
    this.locationSymbols = Objects.requireNonNull(symbols, "symbols");
    return this;
  }

  /** See {@link DropEvent#comm}; an unpaired surrogate becomes U+FFFD. */
  public DropEventBuilder comm(String comm) {
    this.comm = wellFormed(comm);
    return this;
  }

  /** {@code task->comm}: up to the first NUL, as UTF-8; what is not UTF-8 becomes U+FFFD. */
  public DropEventBuilder comm(byte[] comm) {
    int length = 0;
    while (length < comm.length && comm[length] != 0) {
      length++;
    }
    // Decoded bytes hold no surrogate without its pair.
    this.comm = new String(comm, 0, length, StandardCharsets.UTF_8);
    return this;
  }

  /** See {@link DropEvent#pid}. */
  public DropEventBuilder pid(int pid) {
    this.pid = pid;
    return this;
  }

  /** See {@link DropEvent#tid}. */
  public DropEventBuilder tid(int tid) {
    this.tid = tid;
    return this;
  }

  /** See {@link DropEvent#taskCgroupId}. */
  public DropEventBuilder taskCgroupId(long taskCgroupId) {
    this.taskCgroupId = taskCgroupId;
    return this;
  }

  /** See {@link DropEvent#owner}. */
  public DropEventBuilder owner(Owner owner) {
    this.owner = Objects.requireNonNull(owner, "owner");
    return this;
  }

  /** See {@link DropEvent#containerId}: a part of the {@link #owner}. */
  public DropEventBuilder containerId(@Nullable String containerId) {
    this.owner = owner.withContainerId(containerId);
    return this;
  }

  /** See {@link DropEvent#socket}. */
  public DropEventBuilder socket(@Nullable OwnerSocket socket) {
    this.socket = socket;
    return this;
  }

  /** See {@link DropEvent#device}. */
  public DropEventBuilder device(@Nullable NetworkDevice device) {
    this.device = device;
    return this;
  }

  /** See {@link DropEvent#networkNamespace}. */
  public DropEventBuilder networkNamespace(NetworkNamespace networkNamespace) {
    this.networkNamespace = Objects.requireNonNull(networkNamespace, "networkNamespace");
    return this;
  }

  /** See {@link DropEvent#socketState}. */
  public DropEventBuilder socketState(@Nullable SocketState socketState) {
    this.socketState = socketState;
    return this;
  }

  /** See {@link DropEvent#memoryCgroupCss}. */
  public DropEventBuilder memoryCgroupCss(long memoryCgroupCss) {
    this.memoryCgroupCss = memoryCgroupCss;
    return this;
  }

  /** See {@link DropEvent#skbAddress}. */
  public DropEventBuilder skbAddress(long skbAddress) {
    this.skbAddress = skbAddress;
    return this;
  }

  /**
   * See {@link DropEvent#skbLength}; unknown if this is not called.
   *
   * @param skbLength bytes; not negative
   */
  public DropEventBuilder skbLength(int skbLength) {
    if (skbLength < 0) {
      throw new IllegalArgumentException("skbLength must be 0 or more, was " + skbLength);
    }
    this.skbLength = skbLength;
    return this;
  }

  /**
   * See {@link DropEvent#etherType}.
   *
   * @param etherType in host order, 0 to 0xffff
   */
  public DropEventBuilder etherType(int etherType) {
    this.etherType = requireU16("etherType", etherType);
    return this;
  }

  /** See {@link DropEvent#kind}. */
  public DropEventBuilder kind(SkbKind kind) {
    this.kind = Objects.requireNonNull(kind, "kind");
    return this;
  }

  /** See {@link DropEvent#packetType}. */
  public DropEventBuilder packetType(@Nullable PacketType packetType) {
    this.packetType = packetType;
    return this;
  }

  /**
   * See {@link DropEvent#vlan}.
   *
   * @param tpid {@code skb->vlan_proto} in host order, such as 0x8100; 0 when there is no tag
   * @param tci {@code skb->vlan_tci}: priority, drop eligible, id
   */
  public DropEventBuilder vlan(int tpid, int tci) {
    this.vlanTpid = requireU16("tpid", tpid);
    this.vlanTci = requireU16("tci", tci);
    return this;
  }

  /**
   * See {@link DropEvent#packetLength}.
   *
   * @param packetLength bytes; not negative
   */
  public DropEventBuilder packetLength(int packetLength) {
    if (packetLength < 0) {
      throw new IllegalArgumentException("a packet has no negative length: " + packetLength);
    }
    this.packetLength = packetLength;
    return this;
  }

  /**
   * See {@link DropEvent#packet}.
   *
   * @param linkType {@link LinkType#ETHERNET} if the bytes start at the MAC header, {@link
   *     LinkType#RAW_IP} if they start at the network header
   * @param bytes at most 65536, copied
   */
  public DropEventBuilder packet(LinkType linkType, byte[] bytes) {
    if (bytes.length > MAX_PACKET_BYTES) {
      throw new IllegalArgumentException(
          "packet must have at most " + MAX_PACKET_BYTES + " bytes, was " + bytes.length);
    }
    this.linkType = Objects.requireNonNull(linkType, "linkType");
    this.packet = bytes.clone();
    return this;
  }

  /** See {@link DropEvent#stack}. */
  public DropEventBuilder stack(KernelStack stack) {
    this.stack = Objects.requireNonNull(stack, "stack");
    return this;
  }

  /** The event. */
  public DropEvent build() {
    return new DropEvent(this);
  }

  @Nullable Vlan vlan() {
    return vlanTpid == 0 ? null : Vlan.of(vlanTpid, vlanTci, etherType);
  }

  private static int requireU16(String what, int value) {
    if (value < 0 || value > 0xffff) {
      throw new IllegalArgumentException(what + " must be between 0 and 65535, was " + value);
    }
    return value;
  }
}
