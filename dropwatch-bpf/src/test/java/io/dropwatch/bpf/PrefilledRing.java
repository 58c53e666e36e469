package io.dropwatch.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A ring in memory that is full of copies of one record, for benchmarks of its reader: each drain
 * reads all of them again.
 */
public interface PrefilledRing {
  /** Delivers all records. */
  int drain(RingConsumer consumer);

  /** {@return a BPF ring with a number of copies of a record} */
  static PrefilledRing bpf(byte[] record, int records) {
    MemorySegment consumer = Arena.ofAuto().allocate(4096, 8);
    MemorySegment producer = Arena.ofAuto().allocate(4096, 8);
    long length = (record.length + 15L) & -8L;
    MemorySegment data = Arena.ofAuto().allocate(2 * powerOfTwo(length * records), 8);
    for (long at = 0; at < length * records; at += length) {
      data.set(ValueLayout.JAVA_INT, at, record.length);
      MemorySegment.copy(record, 0, data, ValueLayout.JAVA_BYTE, at + 8, record.length);
    }
    producer.set(ValueLayout.JAVA_LONG, 0, length * records);
    RingCursor cursor = new RingCursor(consumer, producer, data);
    return delivered -> {
      consumer.set(ValueLayout.JAVA_LONG, 0, 0);
      return cursor.drain(delivered);
    };
  }

  /** {@return a perf ring with a number of copies of a record} */
  static PrefilledRing perf(byte[] record, int records) {
    SyntheticRing ring = new SyntheticRing(powerOfTwo((record.length + 19L & -8L) * records), 0);
    for (int i = 0; i < records; i++) {
      if (!ring.sample(record)) {
        throw new AssertionError("the ring is too small");
      }
    }
    PerfCursor cursor = ring.cursor();
    return delivered -> {
      ring.rewind();
      return cursor.drain(delivered);
    };
  }

  private static long powerOfTwo(long bytes) {
    return Long.highestOneBit(bytes - 1) << 1;
  }
}
