package io.dropwatch.internal.record;

import static io.dropwatch.internal.record.RecordLayout.*;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** Builds a record like the probe. */
final class RecordBytes {
  private final byte[] bytes = new byte[WINDOW + WINDOW_BYTES + MAX_STACK * Long.BYTES + 80];
  private final MemorySegment raw = MemorySegment.ofArray(bytes);
  private int captured;
  private int stackBytes;
  private int trapBytes;

  RecordBytes() {
    u16(VERSION_OFFSET, VERSION);
    u8(SOURCE, SOURCE_SOFTWARE);
  }

  RecordBytes u8(long offset, int value) {
    raw.set(U8, offset, (byte) value);
    return this;
  }

  RecordBytes u16(long offset, int value) {
    raw.set(U16, offset, (short) value);
    return this;
  }

  RecordBytes u32(long offset, int value) {
    raw.set(U32, offset, value);
    return this;
  }

  RecordBytes u64(long offset, long value) {
    raw.set(U64, offset, value);
    return this;
  }

  RecordBytes text(long offset, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    MemorySegment.copy(MemorySegment.ofArray(utf8), 0, raw, offset, utf8.length);
    return this;
  }

  RecordBytes mac(byte... header) {
    MemorySegment.copy(MemorySegment.ofArray(header), 0, raw, MAC, MAC_BYTES);
    return u32(MAC_LENGTH, MAC_BYTES);
  }

  RecordBytes packet(byte... fromNetworkHeader) {
    captured = fromNetworkHeader.length;
    MemorySegment.copy(MemorySegment.ofArray(fromNetworkHeader), 0, raw, WINDOW, captured);
    u16(FLAGS, raw.get(U16, FLAGS) | HAS_NETWORK_HEADER);
    u16(CAPTURED, captured);
    return u32(WIRE_LENGTH, captured);
  }

  /** After the packet. */
  RecordBytes stack(long... addresses) {
    stackBytes = addresses.length * Long.BYTES;
    MemorySegment.copy(MemorySegment.ofArray(addresses), 0, raw, stackStart(captured), stackBytes);
    return u16(STACK_BYTES, stackBytes);
  }

  /** After the stack. */
  RecordBytes trap(String name, String group) {
    long at = stackStart(captured) + stackBytes;
    trapBytes = TRAP_NAME_BYTES + TRAP_GROUP_BYTES;
    u16(FLAGS, raw.get(U16, FLAGS) | HAS_TRAP);
    return u8(SOURCE, SOURCE_HARDWARE).text(at, name).text(at + TRAP_NAME_BYTES, group);
  }

  MemorySegment record() {
    return raw.asSlice(0, stackStart(captured) + stackBytes + trapBytes);
  }
}
