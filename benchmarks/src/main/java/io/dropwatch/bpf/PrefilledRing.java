package io.dropwatch.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A ring full of one record, without a kernel: each drain reads all of it again. In this package
 * because the cursors are, which are what is measured.
 */
public abstract sealed class PrefilledRing {
  private static final int PAGE = 4096;

  private PrefilledRing() {}

  /** Delivers every record. */
  public abstract int drain(RingConsumer consumer);

  /**
   * A BPF ring.
   *
   * @param records how many
   */
  public static PrefilledRing bpf(byte[] record, int records) {
    return new Bpf(record, records);
  }

  /**
   * A perf ring.
   *
   * @param records how many
   */
  public static PrefilledRing perf(byte[] record, int records) {
    return new Perf(record, records);
  }

  private static long powerOfTwo(long bytes) {
    return Long.highestOneBit(bytes - 1) << 1;
  }

  private static final class Bpf extends PrefilledRing {
    private final MemorySegment consumer = Arena.ofAuto().allocate(PAGE, 8);
    private final RingCursor cursor;

    private Bpf(byte[] record, int records) {
      long whole = (record.length + 15L) & -8L;
      long size = powerOfTwo(whole * records);
      MemorySegment producer = Arena.ofAuto().allocate(PAGE, 8);
      MemorySegment data = Arena.ofAuto().allocate(2 * size, 8);
      for (long at = 0; at < whole * records; at += whole) {
        data.set(ValueLayout.JAVA_INT, at, record.length);
        MemorySegment.copy(record, 0, data, ValueLayout.JAVA_BYTE, at + 8, record.length);
      }
      producer.set(ValueLayout.JAVA_LONG, 0, whole * records);
      cursor = new RingCursor(consumer, producer, data);
    }

    @Override
    public int drain(RingConsumer records) {
      consumer.set(ValueLayout.JAVA_LONG, 0, 0);
      return cursor.drain(records);
    }
  }

  private static final class Perf extends PrefilledRing {
    private static final long DATA_HEAD = 1024;
    private static final long DATA_TAIL = 1032;

    private final MemorySegment control = Arena.ofAuto().allocate(PAGE, 8);
    private final PerfCursor cursor;

    private Perf(byte[] record, int records) {
      int padded = ((record.length + 4 + 7) & -8) - 4;
      long whole = 12L + padded;
      long size = powerOfTwo(whole * records);
      MemorySegment data = Arena.ofAuto().allocate(size, 8);
      for (long at = 0; at < whole * records; at += whole) {
        data.set(ValueLayout.JAVA_INT, at, 9);
        data.set(ValueLayout.JAVA_SHORT, at + 6, (short) whole);
        data.set(ValueLayout.JAVA_INT, at + 8, padded);
        MemorySegment.copy(record, 0, data, ValueLayout.JAVA_BYTE, at + 12, record.length);
      }
      control.set(ValueLayout.JAVA_LONG, DATA_HEAD, whole * records);
      cursor = new PerfCursor(0, control, data);
    }

    @Override
    public int drain(RingConsumer records) {
      control.set(ValueLayout.JAVA_LONG, DATA_TAIL, 0);
      return cursor.drain(records);
    }
  }
}
