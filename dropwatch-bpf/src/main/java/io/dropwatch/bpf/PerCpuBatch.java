package io.dropwatch.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a per-CPU hash map with few system calls, by bpf_map_lookup_batch(). Source:
 * kernel/bpf/hashtab.c.
 */
final class PerCpuBatch {
  private static final int BATCH = 1024;

  private final String operation;
  private final int mapFd;
  private final int keySize;
  private final int valueSize;
  private final int maxEntries;
  private final int cpus = Libbpf.possibleCpus();

  PerCpuBatch(String operation, int mapFd, int keySize, int valueSize, int maxEntries) {
    this.operation = operation;
    this.mapFd = mapFd;
    this.keySize = keySize;
    this.valueSize = valueSize;
    this.maxEntries = maxEntries;
  }

  /** The kernel pads each CPU's value to a multiple of eight bytes. */
  private int stride() {
    return (valueSize + 7) & ~7;
  }

  void read(BpfMap.PerCpuConsumer entries) {
    try (Arena arena = Arena.ofConfined()) {
      // Buckets are read as a whole; if one does not fit (ENOSPC), double the room.
      int room = Math.min(BATCH, maxEntries);
      MemorySegment keys = arena.allocate((long) keySize * room, Long.BYTES);
      MemorySegment values = arena.allocate((long) stride() * cpus * room, Long.BYTES);
      MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment place = arena.allocate(Math.max(keySize, Integer.BYTES), Long.BYTES);
      MemorySegment next = arena.allocate(Math.max(keySize, Integer.BYTES), Long.BYTES);
      @Nullable MemorySegment from = null;
      while (true) {
        count.set(ValueLayout.JAVA_INT, 0, room);
        int status = LibbpfCalls.lookupBatch(mapFd, from, next, keys, values, count);
        if (status == -Errno.ENOSPC && room < maxEntries) {
          room = Math.min(2 * room, maxEntries);
          keys = arena.allocate((long) keySize * room, Long.BYTES);
          values = arena.allocate((long) stride() * cpus * room, Long.BYTES);
          continue;
        }
        if (status < 0 && status != -Errno.ENOENT) {
          throw new BpfException(operation, Errno.of(status));
        }
        take(keys, values, count.get(ValueLayout.JAVA_INT, 0), entries);
        if (status == -Errno.ENOENT) {
          return;
        }
        place.copyFrom(next);
        from = place;
      }
    }
  }

  private void take(
      MemorySegment keys, MemorySegment values, int count, BpfMap.PerCpuConsumer entries) {
    for (int i = 0; i < count; i++) {
      byte[] key = keys.asSlice((long) keySize * i, keySize).toArray(ValueLayout.JAVA_BYTE);
      List<byte[]> each = new ArrayList<>(cpus);
      for (int cpu = 0; cpu < cpus; cpu++) {
        long at = (long) stride() * ((long) cpus * i + cpu);
        each.add(values.asSlice(at, valueSize).toArray(ValueLayout.JAVA_BYTE));
      }
      entries.entry(key, each);
    }
  }
}
