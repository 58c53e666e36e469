package io.dropwatch;

import io.dropwatch.internal.watch.Counting;
import io.dropwatch.model.DropCounts;

/**
 * Counts the packets that the kernel and its devices drop, in the kernel: for hosts that drop
 * millions of packets a second. No event leaves the kernel.
 *
 * <pre>{@code
 * try (DropCounter counter = DropCounter.builder().filter("tcp").start()) {
 *   DropCounts before = counter.snapshot();
 *   Thread.sleep(1000);
 *   DropCounts second = counter.snapshot().since(before);
 *   second.counts().forEach((kind, count) -> System.out.println(count + " " + kind.reason()));
 * }
 * }</pre>
 *
 * <p>All methods may be called from any thread. A snapshot takes some microseconds for each kind.
 */
public final class DropCounter implements AutoCloseable {
  private final Counting counting;

  DropCounter(Counting counting) {
    this.counting = counting;
  }

  /** Returns a builder that counts every drop. */
  public static DropCounterBuilder builder() {
    return new DropCounterBuilder();
  }

  /** Returns what was counted since the start; after {@link #close} the final, exact account. */
  public DropCounts snapshot() {
    return counting.snapshot();
  }

  /** Detaches the probe and takes the final snapshot. A second call does nothing. */
  @Override
  public void close() {
    counting.close();
  }
}
