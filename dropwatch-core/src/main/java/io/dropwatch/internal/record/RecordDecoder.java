package io.dropwatch.internal.record;

import static io.dropwatch.internal.record.RecordLayout.*;

import io.dropwatch.DropEvent;
import io.dropwatch.DropEventBuilder;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.DropSource;
import io.dropwatch.model.KernelStack;
import io.dropwatch.model.NetworkDevice;
import io.dropwatch.model.NetworkNamespace;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerQuery;
import io.dropwatch.model.OwnerSocket;
import io.dropwatch.model.PacketType;
import io.dropwatch.model.SkbKind;
import io.dropwatch.model.SocketState;
import io.dropwatch.model.StackFrame;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.SkbPacket;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Decodes records into events. Not thread-safe. */
public final class RecordDecoder {
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;

  /** AF_UNSPEC (TUN), AF_INET, AF_INET6, AF_PACKET, AF_XDP. */
  private static final Set<Integer> PACKET_FAMILIES = Set.of(0, AF_INET, AF_INET6, 17, 44);

  private final WallClock clock;
  private final IntFunction<DropReason> reasons;
  private final SymbolHistory code;
  private final StackCache stacks;
  private final NameCache names = new NameCache();
  private final SharedStacks shared = new SharedStacks();

  /**
   * @param clock converts the kernel's time
   * @param reasons names of reasons by number
   * @param code symbols, looked up when an event's stack is read, by any thread
   * @param stackDepth the most frames of an event
   */
  public RecordDecoder(
      WallClock clock, IntFunction<DropReason> reasons, SymbolHistory code, int stackDepth) {
    this.clock = clock;
    this.reasons = reasons;
    this.code = code;
    this.stacks = new StackCache(new StackTrimmer(stackDepth));
  }

  /** Checks for newly loaded code. Called periodically, also while there are no records. */
  public void refresh() {
    var _ = code.at(System.nanoTime());
  }

  /** Returns the stack depth of the probe with which an event has {@code depth} frames. */
  public static int walkedDepth(int depth) {
    return depth == 0 ? 0 : Math.min(MAX_STACK, depth + StackTrimmer.MAX_TRACING_FRAMES);
  }

  /**
   * Returns what a record says of the packet's owner.
   *
   * @param raw one record; bytes after its end are ignored
   */
  public OwnerQuery owner(MemorySegment raw) throws MalformedRecordException {
    check(raw);
    return OwnerQuery.builder()
        .socket(socket(raw, u16(raw, FLAGS)))
        .networkNamespace(
            NetworkNamespace.of(
                Integer.toUnsignedLong(raw.get(U32, NETNS_INUM)), raw.get(U64, NETNS_COOKIE)))
        .pid((int) (raw.get(U64, PID_TGID) >>> 32))
        .taskCgroupId(raw.get(U64, TASK_CGROUP))
        .build();
  }

  /** Returns the event of a record whose owner is not looked up. */
  public DropEvent decode(MemorySegment raw, @Nullable Instant received)
      throws MalformedRecordException {
    return decode(raw, received, owner(raw), Owner.UNKNOWN);
  }

  /**
   * Returns the event of a record. Copies what it keeps.
   *
   * @param raw one record; bytes after its end are ignored
   * @param received time at which it was read
   * @param query what {@link #owner} returned for the record
   * @param owner the answer
   */
  public DropEvent decode(
      MemorySegment raw, @Nullable Instant received, OwnerQuery query, Owner owner) {
    int flags = u16(raw, FLAGS);
    long location = raw.get(U64, LOCATION);
    LongFunction<StackFrame> symbols = code.at(raw.get(U64, TIME));
    DropEventBuilder event =
        DropEvent.builder()
            .time(clock.at(raw.get(U64, TIME)))
            .receivedTime(received)
            .source(source(raw.get(U8, SOURCE)))
            .location(location, location == 0 ? StackFrame::unknown : symbols)
            .comm(names.of(raw, COMM))
            .pid(query.pid())
            .tid((int) raw.get(U64, PID_TGID))
            .taskCgroupId(query.taskCgroupId())
            .networkNamespace(query.networkNamespace())
            .socket(query.socket())
            .owner(owner)
            .memoryCgroupCss(raw.get(U64, MEMORY_CGROUP))
            .skbAddress(raw.get(U64, SKB))
            .skbLength(raw.get(U32, SKB_LENGTH))
            .etherType(u16(raw, PROTOCOL))
            .kind(kind(raw, flags))
            .packetType(PacketType.of(raw.get(U8, PACKET_TYPE) & 7));
    if ((flags & HAS_REASON) != 0) {
      event.reason(reasons.apply(raw.get(U32, REASON)));
    }
    if ((flags & HAS_TRAP) != 0) {
      trap(event, raw);
    }
    if ((flags & HAS_DEVICE) != 0) {
      event.device(
          NetworkDevice.of(
              names.of(raw, DEVICE_NAME),
              raw.get(U32, IFINDEX),
              raw.get(U32, DEVICE_FLAGS),
              u16(raw, QUEUE_MAPPING)));
    }
    // A packet socket has a state too, but it is not that of a TCP connection.
    if ((flags & HAS_SOCKET) != 0 && isInternet(u16(raw, SOCKET_FAMILY))) {
      event.socketState(new SocketState(raw.get(U8, SOCKET_STATE) & 0xff));
    }
    packet(event, raw, flags);
    stack(event, raw, symbols);
    return event.build();
  }

  /** As is_message() in {@code capture.h}. */
  private static SkbKind kind(MemorySegment raw, int flags) {
    int family = u16(raw, SOCKET_FAMILY);
    boolean packet =
        (flags & HAS_SOCKET) == 0
            || (flags & HAS_NETWORK_HEADER) != 0
            || u16(raw, PROTOCOL) != 0
            || PACKET_FAMILIES.contains(family);
    return packet ? SkbKind.PACKET : SkbKind.ofFamily(family);
  }

  private static @Nullable OwnerSocket socket(MemorySegment raw, int flags) {
    if ((flags & HAS_SOCKET) == 0) {
      return null;
    }
    return OwnerSocket.of(
        raw.get(U64, SOCKET_COOKIE),
        raw.get(U64, SOCKET_INODE),
        (flags & HAS_OWNER) == 0
            ? OwnerSocket.NO_USER
            : Integer.toUnsignedLong(raw.get(U32, SOCKET_UID)),
        raw.get(U64, SOCKET_CGROUP));
  }

  private static void check(MemorySegment raw) throws MalformedRecordException {
    if (raw.byteSize() < WINDOW) {
      throw new MalformedRecordException(
          "a record of %d bytes is shorter than its header of %d"
              .formatted(raw.byteSize(), WINDOW));
    }
    if (u16(raw, VERSION_OFFSET) != VERSION) {
      throw new MalformedRecordException(
          "a record has version %d, must be %d".formatted(u16(raw, VERSION_OFFSET), VERSION));
    }
    int captured = u16(raw, CAPTURED);
    int stackBytes = u16(raw, STACK_BYTES);
    if (captured > WINDOW_BYTES || stackBytes > MAX_STACK * Long.BYTES || stackBytes % 8 != 0) {
      throw new MalformedRecordException(
          "a record has %d packet bytes and %d stack bytes".formatted(captured, stackBytes));
    }
    if ((u16(raw, FLAGS) & STACK_REFERENCE) != 0 && stackBytes != Long.BYTES) {
      throw new MalformedRecordException(
          "a stack reference has %d bytes, must be 8".formatted(stackBytes));
    }
    if (stackStart(captured) + stackBytes + trapBytes(raw, 0) > raw.byteSize()) {
      throw new MalformedRecordException(
          "a record of %3$d bytes has %1$d packet bytes and %2$d stack bytes"
              .formatted(captured, stackBytes, raw.byteSize()));
    }
    int macLength = raw.get(U32, MAC_LENGTH);
    if (raw.get(U32, SKB_LENGTH) < 0) {
      throw new MalformedRecordException(
          "a record has an skb of %s bytes"
              .formatted(Integer.toUnsignedString(raw.get(U32, SKB_LENGTH))));
    }
    if (raw.get(U32, WIRE_LENGTH) < 0 || (macLength != 0 && macLength != MAC_BYTES)) {
      throw new MalformedRecordException(
          "a record has a packet of %s bytes with a MAC header of %s"
              .formatted(
                  Integer.toUnsignedString(raw.get(U32, WIRE_LENGTH)),
                  Integer.toUnsignedString(macLength)));
    }
  }

  private static void packet(DropEventBuilder event, MemorySegment raw, int flags) {
    int captured = u16(raw, CAPTURED);
    int macLength = raw.get(U32, MAC_LENGTH);
    int tpid = u16(raw, VLAN_PROTO);
    int tci = u16(raw, VLAN_TCI);
    byte[] bytes = bytes(raw, WINDOW - macLength, macLength + captured);
    // The probe removed the tag, so that filters see one form of a packet.
    if (macLength != 0 && (flags & TAG_IN_FRAME) != 0) {
      bytes = SkbPacket.withTag(bytes, tpid, tci);
    } else {
      event.vlan(tpid, tci);
    }
    // Headers are captured whole.
    long length = raw.get(U32, WIRE_LENGTH) + (long) bytes.length - captured;
    event
        .packet(macLength == 0 ? LinkType.RAW_IP : LinkType.ETHERNET, bytes)
        .packetLength((int) Math.min(length, Integer.MAX_VALUE));
  }

  // The reason of a hardware drop is the name of its trap; it has no number.
  private static void trap(DropEventBuilder event, MemorySegment raw) {
    long at = stackStart(u16(raw, CAPTURED)) + u16(raw, STACK_BYTES);
    event
        .reason(new DropReason(DropReason.NOT_SUPPORTED.value(), text(raw, at, TRAP_NAME_BYTES)))
        .reasonGroup(text(raw, at + TRAP_NAME_BYTES, TRAP_GROUP_BYTES));
  }

  private void stack(DropEventBuilder event, MemorySegment raw, LongFunction<StackFrame> symbols) {
    int bytes = u16(raw, STACK_BYTES);
    if (bytes == 0) {
      return;
    }
    long at = stackStart(u16(raw, CAPTURED));
    long location = raw.get(U64, LOCATION);
    int flags = u16(raw, FLAGS);
    if ((flags & STACK_REFERENCE) != 0) {
      SharedStacks.Entry known = shared.find(location, raw.get(U32, REASON), raw.get(U64, at));
      event.stack(known == null ? KernelStack.EMPTY : stack(known, symbols));
      return;
    }
    KernelStack stack = stacks.of(raw, at, bytes / Long.BYTES, location, symbols);
    event.stack(stack);
    if ((flags & STACK_DEFINITION) != 0) {
      long[] addresses = new long[bytes / Long.BYTES];
      MemorySegment.copy(raw, U64, at, addresses, 0, addresses.length);
      shared
          .add(location, raw.get(U32, REASON), raw.get(U64, TIME), addresses)
          .stack(stack.asShared(), symbols);
    }
  }

  // If other code was loaded after the stack was walked, only the frames in the kernel without
  // modules are valid for this drop.
  private KernelStack stack(SharedStacks.Entry known, LongFunction<StackFrame> symbols) {
    KernelStack stack = known.stack();
    if (stack == null) {
      return KernelStack.EMPTY;
    }
    if (!known.hasSymbols(symbols)) {
      long[] addresses = new long[stack.depth()];
      Arrays.setAll(addresses, stack::address);
      stack = KernelStack.resolving(addresses, code.always()).asShared();
      known.stack(stack, symbols);
    }
    return stack;
  }

  private static boolean isInternet(int family) {
    return family == AF_INET || family == AF_INET6;
  }

  private static DropSource source(byte source) {
    return switch (source) {
      case SOURCE_SOFTWARE -> DropSource.SOFTWARE;
      case SOURCE_HARDWARE -> DropSource.HARDWARE;
      default -> DropSource.UNKNOWN;
    };
  }

  private static byte[] bytes(MemorySegment raw, long offset, int length) {
    byte[] bytes = new byte[length];
    MemorySegment.copy(raw, U8, offset, bytes, 0, length);
    return bytes;
  }
}
