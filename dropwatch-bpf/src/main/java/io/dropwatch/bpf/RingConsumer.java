package io.dropwatch.bpf;

import java.lang.foreign.MemorySegment;

/** Receives the records of a ring, on the thread that reads it. */
public interface RingConsumer {
  /**
   * Called for each record. If this throws, the record counts as delivered, the exception reaches
   * the caller of {@link EventRing#poll} or {@link EventRing#drain}, and the next read continues
   * after the record.
   *
   * @param cpu the CPU that wrote the record; -1 for a BPF ring, which all CPUs share
   * @param payload the bytes that the program wrote, in the machine's byte order; read-only,
   *     aligned to 4 bytes, and valid during this call only. A perf ring pads the end so that 4 +
   *     size is a multiple of 8
   */
  void record(int cpu, MemorySegment payload);

  /**
   * Called for each record in place of {@link #record}, with its position in memory. Override this
   * to save the slice, 40 bytes for each record; the default calls {@link #record} with it.
   *
   * @param memory the ring or a copy of a part of it; read-only and valid during this call only
   * @param offset offset of the payload, in bytes
   * @param size length of the payload in bytes, as in {@link #record}
   */
  default void recordAt(int cpu, MemorySegment memory, long offset, int size) {
    record(cpu, memory.asSlice(offset, size));
  }

  /**
   * Called when the kernel reports records that did not fit into a perf ring (PERF_RECORD_LOST). It
   * reports them with the next record that fits, so the last losses may never be reported. For an
   * exact count, count the errors of the output helper in the program. A BPF ring reports nothing.
   *
   * @param cpu the CPU that lost them
   * @param count how many, at least 1
   */
  void lost(int cpu, long count);
}
