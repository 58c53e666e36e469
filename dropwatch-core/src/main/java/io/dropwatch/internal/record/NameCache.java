package io.dropwatch.internal.record;

import static io.dropwatch.internal.record.RecordLayout.NAME_BYTES;
import static io.dropwatch.internal.record.RecordLayout.U64;
import static io.dropwatch.internal.record.RecordLayout.U8;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Names of processes and devices: 16 bytes, ended by a zero, in UTF-8 as far as they are. Few are
 * in use at a time, so each becomes one string for many events. Not thread-safe.
 */
final class NameCache {
  private static final int SLOTS = 256;

  private final long[] keys = new long[2 * SLOTS];
  private final @Nullable String[] names = new String[SLOTS];

  String of(MemorySegment raw, long offset) {
    long head = raw.get(U64, offset);
    long tail = raw.get(U64, offset + Long.BYTES);
    int slot = (int) (((head * 31 + tail) * 0x9e3779b97f4a7c15L) >>> 56);
    String known = names[slot];
    if (known != null && keys[2 * slot] == head && keys[2 * slot + 1] == tail) {
      return known;
    }
    String name = decode(raw, offset);
    keys[2 * slot] = head;
    keys[2 * slot + 1] = tail;
    names[slot] = name;
    return name;
  }

  private static String decode(MemorySegment raw, long offset) {
    byte[] bytes = new byte[NAME_BYTES];
    MemorySegment.copy(raw, U8, offset, bytes, 0, NAME_BYTES);
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
