package io.dropwatch.internal.probe;

import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * An attached probe, as its reader uses it. One thread calls {@link #poll} and {@link #drain}; any
 * thread may call the other methods, until {@link #close}.
 */
public interface ProbeHandle extends AutoCloseable {
  /** Receives records in the memory of the ring, so that nothing is allocated for a record. */
  @FunctionalInterface
  interface RecordConsumer {
    /**
     * Receives one record.
     *
     * @param memory contains the record; valid during this call
     * @param offset start of the record in bytes
     * @param size of the record in bytes; the last few may be padding
     */
    void take(MemorySegment memory, long offset, int size);
  }

  /**
   * Waits for a batch of records or the timeout, then reads all records in the ring.
   *
   * @param records called for each record
   */
  void poll(Duration timeout, RecordConsumer records);

  /** Reads all records in the ring, without waiting. */
  void drain(RecordConsumer records);

  /** Returns what the probe has counted so far. */
  KernelCounts counts();

  /**
   * Returns the number of drops for which the kernel did not run the probe, because it was already
   * running on that CPU; 0 if the kernel does not count them.
   */
  long recursionMisses();

  /**
   * Detaches the probe from its tracepoints. Programs that are running finish, so counts and ring
   * may still change for a moment. A second call does nothing.
   */
  void detach();

  /**
   * Detaches the probe and frees everything except the memory of the ring, which a blocked reader
   * may still use; {@link #close} frees that too. Counts can no longer be read.
   */
  void abandon();

  /** Detaches the probe and frees everything. A second call does nothing. */
  @Override
  void close();
}
