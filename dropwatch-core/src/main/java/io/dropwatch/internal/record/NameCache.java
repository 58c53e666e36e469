package io.dropwatch.internal.record;

import static io.dropwatch.internal.record.RecordLayout.NAME_BYTES;
import static io.dropwatch.internal.record.RecordLayout.U64;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Caches the names of processes and devices, fields of 16 bytes. Few are in use at a time, so that
 * many events share a string. Not thread-safe.
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
    String name = RecordLayout.text(raw, offset, NAME_BYTES);
    keys[2 * slot] = head;
    keys[2 * slot + 1] = tail;
    names[slot] = name;
    return name;
  }
}
