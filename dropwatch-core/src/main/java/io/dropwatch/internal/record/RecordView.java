package io.dropwatch.internal.record;

import static io.dropwatch.internal.record.RecordLayout.*;

import io.dropwatch.model.DropReason;
import io.dropwatch.model.RawDropEvent;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A view of a record in the ring. {@link #at} moves it; nothing is copied or allocated. */
public final class RecordView implements RawDropEvent {
  private final WallClock clock;
  private MemorySegment memory = MemorySegment.NULL;
  private long start;
  private int captured;
  private int stackBytes;
  private int macBytes;
  private long trapStart;
  private final SharedStacks shared = new SharedStacks();
  private SharedStacks.@Nullable Entry reference;

  /**
   * @param clock converts the kernel's time
   */
  public RecordView(WallClock clock) {
    this.clock = clock;
  }

  /**
   * Moves to a record.
   *
   * @param memory holds the record
   * @param offset of its first byte
   * @param size the most bytes that it may have
   * @throws MalformedRecordException if it is not a record; the view is then not moved
   */
  public void at(MemorySegment memory, long offset, int size) throws MalformedRecordException {
    int packet = size < WINDOW ? -1 : u16(memory, offset + CAPTURED);
    int stack = size < WINDOW ? -1 : u16(memory, offset + STACK_BYTES);
    if (packet < 0
        || u16(memory, offset + VERSION_OFFSET) != VERSION
        || packet > WINDOW_BYTES
        || (stack & 7) != 0
        || stackStart(packet) + stack + trapBytes(memory, offset) > size) {
      throw new MalformedRecordException(
          "a record of %d bytes with %d packet bytes and %d stack bytes, or of another version than %d"
              .formatted(size, packet, stack, VERSION));
    }
    this.memory = memory;
    this.start = offset;
    this.captured = packet;
    this.stackBytes = stack;
    this.macBytes = memory.get(U32, offset + MAC_LENGTH) == 0 ? 0 : MAC_BYTES;
    this.reference = null;
    this.trapStart = offset + stackStart(packet) + stack;
    int flags = u16(memory, offset + FLAGS);
    if ((flags & (STACK_REFERENCE | STACK_DEFINITION)) != 0 && stack >= Long.BYTES) {
      share(flags);
    }
  }

  private void share(int flags) {
    long at = start + stackStart(captured);
    int reason = memory.get(U32, start + REASON);
    if ((flags & STACK_REFERENCE) != 0) {
      reference = shared.find(location(), reason, memory.get(U64, at));
      stackBytes = reference == null ? 0 : reference.addresses().length * Long.BYTES;
    } else {
      long[] addresses = memory.asSlice(at, stackBytes).toArray(U64);
      var _ = shared.add(location(), reason, monotonicNanos(), addresses);
    }
  }

  /** Releases the memory, which the ring reuses. Accessors throw until the next {@link #at}. */
  public void release() {
    memory = MemorySegment.NULL;
    captured = 0;
    macBytes = 0;
    stackBytes = 0;
    reference = null;
  }

  @Override
  public long monotonicNanos() {
    return memory.get(U64, start + TIME);
  }

  @Override
  public long epochNanos() {
    return clock.epochNanos(monotonicNanos());
  }

  @Override
  public int reason() {
    boolean known = (u16(memory, start + FLAGS) & HAS_REASON) != 0;
    return known ? memory.get(U32, start + REASON) : DropReason.NOT_SUPPORTED.value();
  }

  @Override
  public boolean isHardware() {
    return memory.get(U8, start + SOURCE) == SOURCE_HARDWARE;
  }

  @Override
  public @Nullable String trapName() {
    if ((u16(memory, start + FLAGS) & HAS_TRAP) == 0) {
      return null;
    }
    return RecordLayout.text(memory, trapStart, TRAP_NAME_BYTES);
  }

  @Override
  public long location() {
    return memory.get(U64, start + LOCATION);
  }

  @Override
  public long skbAddress() {
    return memory.get(U64, start + SKB);
  }

  @Override
  public int ifindex() {
    return memory.get(U32, start + IFINDEX);
  }

  @Override
  public long netnsInum() {
    return Integer.toUnsignedLong(memory.get(U32, start + NETNS_INUM));
  }

  @Override
  public long netnsCookie() {
    return memory.get(U64, start + NETNS_COOKIE);
  }

  @Override
  public int pid() {
    return (int) (memory.get(U64, start + PID_TGID) >>> 32);
  }

  @Override
  public int tid() {
    return (int) memory.get(U64, start + PID_TGID);
  }

  @Override
  public int etherType() {
    return u16(memory, start + PROTOCOL);
  }

  @Override
  public int packetType() {
    return memory.get(U8, start + PACKET_TYPE) & 0xff;
  }

  @Override
  public int vlanTci() {
    return u16(memory, start + VLAN_TCI);
  }

  @Override
  public int vlanProtocol() {
    return u16(memory, start + VLAN_PROTO);
  }

  @Override
  public boolean hasEthernetHeader() {
    return macBytes != 0;
  }

  @Override
  public long wireLength() {
    return Integer.toUnsignedLong(memory.get(U32, start + WIRE_LENGTH)) + macBytes;
  }

  @Override
  public int capturedLength() {
    return macBytes + captured;
  }

  // The MAC header ends where the packet bytes begin.
  private long packetStart() {
    return start + WINDOW - macBytes;
  }

  @Override
  public int packetByte(int index) {
    return memory.get(U8, packetStart() + Objects.checkIndex(index, capturedLength())) & 0xff;
  }

  @Override
  public int copyPacket(byte[] to, int offset) {
    int length = Math.min(capturedLength(), to.length - offset);
    MemorySegment.copy(memory, U8, packetStart(), to, offset, length);
    return length;
  }

  @Override
  public int stackDepth() {
    return stackBytes / Long.BYTES;
  }

  @Override
  public long stackAddress(int index) {
    int frame = Objects.checkIndex(index, stackDepth());
    return reference != null
        ? reference.addresses()[frame]
        : memory.get(U64, start + stackStart(captured) + (long) frame * Long.BYTES);
  }

  @Override
  public boolean hasSharedStack() {
    return reference != null;
  }
}
