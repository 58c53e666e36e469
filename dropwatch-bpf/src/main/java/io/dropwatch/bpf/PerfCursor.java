package io.dropwatch.bpf;

import io.dropwatch.bpf.libbpf.gen.perf_event_mmap_page;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Reads one CPU's perf ring. It works on memory alone, without a file descriptor, so that
 * wrap-around is tested without privileges.
 *
 * <pre>
 *  control page: … data_head u64 (written by the kernel)  data_tail u64 (written here)  …
 *  data: a power of two of bytes; head and tail only grow, and are taken modulo its size
 *
 *  record, 8-byte aligned, a multiple of 8 long, may wrap:
 *   0 type u32 | 4 misc u16 | 6 size u16 of the whole record
 *   SAMPLE  8 size u32 of the payload with padding | 12 payload
 *   LOST    8 id u64 | 16 count u64
 * </pre>
 *
 * <p>Source: perf_event_open(2), "MMAP layout", and include/uapi/linux/perf_event.h.
 */
final class PerfCursor {
  private static final VarHandle HEAD = counter("data_head");
  private static final VarHandle TAIL = counter("data_tail");

  private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;

  // PERF_RECORD_*: not from the bindings, which load libbpf.
  private static final int LOST = 2;
  private static final int SAMPLE = 9;

  private static final String REOPEN =
      "Close the ring and open another; something else writes to its memory";

  private static final int HEADER_BYTES = 8;
  private static final int SAMPLE_BYTES = 12;
  private static final int LOST_BYTES = 24;

  /** How often in a ring the tail is published: each time costs the producer a cache miss. */
  private static final int TAIL_UPDATES_PER_RING = 8;

  private final int cpu;
  private final MemorySegment control;
  private final MemorySegment data;
  private final long mask;
  private final MemorySegment scratch;
  private final MemorySegment readOnlyScratch;
  private long skipped;

  /**
   * Creates a cursor at the ring's tail.
   *
   * @param control the control page, writable
   * @param data the ring's bytes, a power of two, at least 8
   */
  PerfCursor(int cpu, MemorySegment control, MemorySegment data) {
    if (data.byteSize() < HEADER_BYTES || Long.bitCount(data.byteSize()) != 1) {
      throw new IllegalArgumentException(
          "the ring's size must be a power of two, was " + data.byteSize());
    }
    this.cpu = cpu;
    this.control = control;
    this.data = data.asReadOnly();
    this.mask = data.byteSize() - 1;
    // A record's size is a u16.
    this.scratch = MemorySegment.ofArray(new long[(1 << 16) / Long.BYTES]);
    this.readOnlyScratch = scratch.asReadOnly();
  }

  private static VarHandle counter(String name) {
    return perf_event_mmap_page.layout().varHandle(MemoryLayout.PathElement.groupElement(name));
  }

  /** {@return the number of records of other types, which newer kernels may write} */
  long skipped() {
    return skipped;
  }

  /**
   * Delivers the records present at the call. Later ones wait for the next call, so that a busy CPU
   * does not starve the others.
   *
   * @return the number of records delivered
   * @throws BpfException if a record's size is invalid; then the ring cannot be read any more
   */
  int drain(RingConsumer consumer) {
    long head = (long) HEAD.getAcquire(control, 0L);
    long tail = (long) TAIL.get(control, 0L);
    if (head == tail) {
      return 0;
    }
    long released = tail;
    int delivered = 0;
    try {
      while (tail != head) {
        int size = checkedSize(tail, head);
        long at = tail;
        // First, so that a record whose consumer throws is not delivered again.
        tail += size;
        if (deliver(at, size, consumer)) {
          delivered++;
        }
        if (tail - released >= data.byteSize() / TAIL_UPDATES_PER_RING) {
          TAIL.setRelease(control, 0L, tail);
          released = tail;
        }
      }
    } finally {
      TAIL.setRelease(control, 0L, tail);
    }
    return delivered;
  }

  private int checkedSize(long tail, long head) {
    long available = head - tail;
    // A header never wraps: records are 8-byte aligned.
    int size = (tail & 7) != 0 ? 0 : sizeAt((tail & mask) + 6);
    if (size < HEADER_BYTES || (size & 7) != 0 || size > available || available > data.byteSize()) {
      throw new BpfException(
          BpfException.Code.CORRUPT_RING,
          "cannot read the perf ring of CPU "
              + cpu
              + ": invalid record of "
              + size
              + " bytes at "
              + Long.toUnsignedString(tail)
              + " (head "
              + Long.toUnsignedString(head)
              + ", ring of "
              + data.byteSize()
              + " bytes)",
          REOPEN);
    }
    return size;
  }

  private int sizeAt(long offset) {
    return data.get(U16, offset) & 0xffff;
  }

  /** Returns whether this was a record of a program. */
  private boolean deliver(long tail, int size, RingConsumer consumer) {
    long offset = tail & mask;
    long untilEnd = data.byteSize() - offset;
    if (size <= untilEnd) {
      return deliver(data, offset, size, consumer);
    }
    MemorySegment.copy(data, offset, scratch, 0, untilEnd);
    MemorySegment.copy(data, 0, scratch, untilEnd, size - untilEnd);
    return deliver(readOnlyScratch, 0, size, consumer);
  }

  private boolean deliver(MemorySegment memory, long offset, int size, RingConsumer consumer) {
    int type = memory.get(U32, offset);
    if (type == SAMPLE && size >= SAMPLE_BYTES) {
      int payload = memory.get(U32, offset + 8);
      if (payload < 0 || payload > size - SAMPLE_BYTES) {
        throw new BpfException(
            BpfException.Code.CORRUPT_RING,
            "cannot read the perf ring of CPU "
                + cpu
                + ": a record of "
                + size
                + " bytes claims a payload of "
                + Integer.toUnsignedString(payload),
            REOPEN);
      }
      consumer.recordAt(cpu, memory, offset + SAMPLE_BYTES, payload);
      return true;
    }
    if (type == LOST && size >= LOST_BYTES) {
      consumer.lost(cpu, memory.get(U64, offset + 16));
      return false;
    }
    skipped++;
    return false;
  }
}
