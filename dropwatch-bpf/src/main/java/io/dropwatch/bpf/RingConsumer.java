package io.dropwatch.bpf;

import java.lang.foreign.MemorySegment;

/** Takes what a ring delivers, on the thread that drains it. */
public interface RingConsumer {
  /**
   * One record, as the program wrote it. If this throws, the record counts as delivered, the
   * exception reaches the caller of the drain, and the next drain goes on behind it.
   *
   * @param cpu where it was written, -1 for a ring that all CPUs share
   * @param payload the program's bytes, read-only and valid during this call only; a perf ring pads
   *     their end so that 4 + size is a multiple of 8. Not aligned to more than 4 bytes.
   */
  void record(int cpu, MemorySegment payload);

  /**
   * One record, as a place in memory: for consumers that make no garbage, not even a slice. Without
   * being overridden it calls {@link #record} with the slice, of 40 bytes.
   *
   * @param memory the ring or a copy of a piece of it, read-only and valid during this call only
   * @param offset where the program's bytes begin in it
   * @param size how many they are, as in {@link #record}
   */
  default void recordAt(int cpu, MemorySegment memory, long offset, int size) {
    record(cpu, memory.asSlice(offset, size));
  }

  /**
   * Records that the kernel dropped because the ring was full, as the kernel tells in the ring. It
   * tells only when it next writes successfully, so losses at the very end stay untold; count what
   * the output helper returns in the program to be exact.
   *
   * @param cpu where they were lost
   * @param count how many, at least 1
   */
  void lost(int cpu, long count);
}
