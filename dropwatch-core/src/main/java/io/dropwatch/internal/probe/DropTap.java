package io.dropwatch.internal.probe;

import java.time.Duration;

/**
 * An attached probe as its reader sees it. {@link #poll} and {@link #drain} are for one thread; the
 * others may be called by any, until {@link #close}.
 */
public interface DropTap extends AutoCloseable {
  /**
   * Waits until enough records are there or the time is over, then takes out all that are there.
   *
   * @param records gets each record; the memory is valid during the call
   */
  void poll(Duration timeout, RecordConsumer records);

  /** Takes out what is there, without waiting. */
  void drain(RecordConsumer records);

  /** What the probe has counted so far. */
  KernelCounts counts();

  /**
   * Drops that the kernel did not show the probe, because it was running on that CPU already; 0
   * where the kernel does not count them.
   */
  long recursionMisses();

  /**
   * Takes the probe off the tracepoint. Programs that run at this moment end as usual, so counts
   * and ring may still change for an instant. A second call does nothing.
   */
  void detach();

  /**
   * Detaches, and frees everything but the ring's memory, which a reader that does not come back
   * may be looking at; {@link #close} frees that too. Counts cannot be read any more.
   */
  void abandon();

  /** Detaches, and frees everything. A second call does nothing. */
  @Override
  void close();
}
