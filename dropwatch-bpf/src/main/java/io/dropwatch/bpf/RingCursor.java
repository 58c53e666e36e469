package io.dropwatch.bpf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Reads a BPF ring buffer. It works on memory alone, without a file descriptor, so that wrap-around
 * is tested without privileges.
 *
 * <pre>
 *  consumer page: position u64 (written here)   producer page: position u64 (written by the kernel)
 *  data: a power of two of bytes, mapped twice in a row, so that no record wraps
 *
 *  record, 8-byte aligned:
 *   0 length u32: bit 31 BUSY (being written), bit 30 DISCARD (to be skipped), rest payload length
 *   4 page offset u32, for the kernel | 8 payload, padded to a multiple of 8
 * </pre>
 *
 * <p>Source: kernel/bpf/ringbuf.c and Documentation/bpf/ringbuf.rst.
 */
final class RingCursor {
  private static final VarHandle POSITION = ValueLayout.JAVA_LONG.varHandle();
  private static final VarHandle LENGTH = ValueLayout.JAVA_INT.varHandle();

  private static final int BUSY = 1 << 31;
  private static final int DISCARD = 1 << 30;
  private static final int HEADER_BYTES = 8;

  /** How often in a ring the position is published: each time costs the producer a cache miss. */
  private static final int POSITION_UPDATES_PER_RING = 8;

  /** All CPUs share the ring. */
  private static final int NO_CPU = -1;

  private final MemorySegment consumer;
  private final MemorySegment producer;
  private final MemorySegment data;
  private final long size;
  private final long mask;

  /**
   * Creates a cursor at the ring's consumer position.
   *
   * @param consumer the page with the position read so far, writable
   * @param producer the page with the position written so far
   * @param data the ring's bytes, mapped twice: two times a power of two, at least 16
   */
  RingCursor(MemorySegment consumer, MemorySegment producer, MemorySegment data) {
    this.consumer = consumer;
    this.producer = producer;
    this.data = data.asReadOnly();
    this.size = data.byteSize() / 2;
    this.mask = size - 1;
    if (size < HEADER_BYTES || Long.bitCount(size) != 1 || data.byteSize() % 2 != 0) {
      throw new IllegalArgumentException(
          "the mapping's size must be twice a power of two, was " + data.byteSize());
    }
  }

  /** {@return the number of bytes to read, including those still being written} */
  long available() {
    return (long) POSITION.getAcquire(producer, 0L) - (long) POSITION.get(consumer, 0L);
  }

  /**
   * Delivers the records present at the call, up to the first that is still being written.
   *
   * @return the number of records delivered
   * @throws BpfException if a record's size is invalid; then the ring cannot be read any more
   */
  int drain(RingConsumer records) {
    long head = (long) POSITION.getAcquire(producer, 0L);
    long tail = (long) POSITION.get(consumer, 0L);
    long released = tail;
    int delivered = 0;
    try {
      while (tail != head) {
        long at = tail & mask;
        // Acquire: pairs with the release of the producer that clears BUSY.
        int header = (tail & 7) != 0 ? 0 : (int) LENGTH.getAcquire(data, at);
        if ((header & BUSY) != 0) {
          break;
        }
        int length = header & ~DISCARD;
        long whole = (length + (HEADER_BYTES + 7L)) & -8L;
        if ((tail & 7) != 0 || whole > head - tail || head - tail > size) {
          throw corrupt(tail, head, length);
        }
        // First, so that a record whose consumer throws is not delivered again.
        tail += whole;
        if ((header & DISCARD) == 0) {
          delivered++;
          records.recordAt(NO_CPU, data, at + HEADER_BYTES, length);
        }
        if (tail - released >= size / POSITION_UPDATES_PER_RING) {
          POSITION.setRelease(consumer, 0L, tail);
          released = tail;
        }
      }
    } finally {
      if (tail != released) {
        POSITION.setRelease(consumer, 0L, tail);
      }
    }
    return delivered;
  }

  private BpfException corrupt(long tail, long head, int length) {
    return new BpfException(
        BpfException.Code.CORRUPT_RING,
        "cannot read the BPF ring: invalid record of "
            + length
            + " bytes at "
            + Long.toUnsignedString(tail)
            + " (head "
            + Long.toUnsignedString(head)
            + ", ring of "
            + size
            + " bytes)",
        "Close the ring and open another; something else writes to its memory");
  }
}
