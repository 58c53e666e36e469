package io.dropwatch.bpf;

import java.time.Duration;

/**
 * A way for programs to send records to this process, read from memory shared with the kernel.
 *
 * <p>One thread reads at a time; a second one waits for the first. {@link #poll} blocks in a system
 * call, so it belongs on a platform thread: a virtual thread would pin its carrier.
 */
public interface EventRing extends AutoCloseable {
  /** What {@link #poll} and {@link #drain} answer once the ring is closed. */
  int CLOSED = -1;

  /**
   * Waits until the kernel wakes the reader, the time is over or the ring is closed, and then
   * delivers everything that is there. So no record waits longer than the timeout (and the time
   * that the consumer takes), however rare the wakeups are.
   *
   * @param timeout how long to wait, in whole milliseconds, rounded up; zero does not wait
   * @return how many records were delivered, lost ones not counted, or {@link #CLOSED}
   * @throws BpfException if the ring holds what no kernel writes, or waiting fails
   */
  int poll(Duration timeout, RingConsumer consumer);

  /**
   * Delivers what is there now, without waiting.
   *
   * @return how many records were delivered, lost ones not counted, or {@link #CLOSED}
   * @throws BpfException if the ring holds what no kernel writes
   */
  int drain(RingConsumer consumer);

  /** {@return whether it is closed, or about to be} */
  boolean isClosed();

  /**
   * Ends the reading and releases the memory. It wakes a reader and waits until it is out; called
   * by the consumer itself, it takes effect when the consumer returns. Again: does nothing.
   */
  @Override
  void close();
}
