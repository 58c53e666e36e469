package io.dropwatch.internal.record;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * Offsets of {@code struct drop_record} ({@code src/main/bpf/record.h}), in bytes from the start of
 * the record. Values are in the machine's byte order, the ring aligns records to 4 bytes only.
 */
public final class RecordLayout {
  /** RECORD_VERSION: changes with the layout. */
  public static final int VERSION = 6;

  /** WINDOW: the most packet bytes of a record, from the network header on. */
  public static final int WINDOW_BYTES = 256;

  /** MAX_STACK: the most return addresses of a record (the kernel's PERF_MAX_STACK_DEPTH). */
  public static final int MAX_STACK = 127;

  static final long VERSION_OFFSET = 0;
  static final long CAPTURED = 2;
  static final long STACK_BYTES = 4;
  static final long FLAGS = 6;
  static final long WIRE_LENGTH = 8;
  static final long MAC_LENGTH = 12;
  static final long PROTOCOL = 16;
  static final long VLAN_TCI = 18;
  static final long VLAN_PROTO = 20;
  static final long PACKET_TYPE = 22;
  static final long IFINDEX = 24;
  static final long SKB_LENGTH = 28;
  static final long TIME = 32;
  static final long PID_TGID = 40;
  static final long COMM = 48;
  static final long SKB = 64;
  static final long LOCATION = 72;
  static final long NETNS_COOKIE = 80;
  static final long MEMORY_CGROUP = 88;
  static final long SOCKET_COOKIE = 96;
  static final long SOCKET_INODE = 104;
  static final long SOCKET_CGROUP = 112;
  static final long TASK_CGROUP = 120;
  static final long REASON = 128;
  static final long NETNS_INUM = 132;
  static final long DEVICE_NAME = 136;
  static final long DEVICE_FLAGS = 152;
  static final long QUEUE_MAPPING = 156;
  static final long SOCKET_STATE = 158;
  static final long SOURCE = 159;
  static final long SOCKET_FAMILY = 160;
  static final long SOCKET_PROTOCOL = 162;
  static final long SOCKET_UID = 164;
  static final long MAC = 170;

  /** Offset of the packet bytes from the network header on: the length of a record without any. */
  public static final int WINDOW = 184;

  static final int NAME_BYTES = 16;
  static final int MAC_BYTES = 14;

  static final int HAS_REASON = 1;
  static final int HAS_DEVICE = 1 << 1;
  static final int HAS_SOCKET = 1 << 2;
  static final int HAS_NETWORK_HEADER = 1 << 3;
  static final int TAG_IN_FRAME = 1 << 4;
  static final int HAS_OWNER = 1 << 5;
  static final int HAS_TRAP = 1 << 8;

  /** Of {@code struct trap_text}, after the stack: two C strings. */
  static final int TRAP_NAME_BYTES = 48;

  static final int TRAP_GROUP_BYTES = 32;

  /** The stack's 8 bytes are the time of the record that has it. */
  static final int STACK_REFERENCE = 1 << 6;

  /** Others may refer to this record's stack. */
  static final int STACK_DEFINITION = 1 << 7;

  static final int SOURCE_SOFTWARE = 1;
  static final int SOURCE_HARDWARE = 2;

  static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
  static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED;
  static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;
  static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;

  private RecordLayout() {}

  static int u16(MemorySegment memory, long offset) {
    return memory.get(U16, offset) & 0xffff;
  }

  /** Returns the offset of the stack, which is aligned to 8 bytes. */
  static long stackStart(int captured) {
    return WINDOW + ((captured + 7L) & -8L);
  }

  /** Returns the length of {@code struct trap_text} in the record at an offset; 0 without it. */
  static int trapBytes(MemorySegment memory, long offset) {
    return (u16(memory, offset + FLAGS) & HAS_TRAP) == 0 ? 0 : TRAP_NAME_BYTES + TRAP_GROUP_BYTES;
  }

  /** Returns the text of a field up to the first zero, decoded as UTF-8. */
  static String text(MemorySegment memory, long offset, int size) {
    byte[] bytes = memory.asSlice(offset, size).toArray(U8);
    int length = 0;
    while (length < size && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
