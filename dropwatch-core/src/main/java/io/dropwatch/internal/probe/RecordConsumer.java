package io.dropwatch.internal.probe;

import java.lang.foreign.MemorySegment;

/** Takes records where they lie, so that nothing is allocated for one. */
@FunctionalInterface
public interface RecordConsumer {
  /**
   * One record.
   *
   * @param memory holds it; valid during this call
   * @param offset where it begins, in bytes
   * @param size how many bytes it has; the last few may be filling
   */
  void take(MemorySegment memory, long offset, int size);
}
