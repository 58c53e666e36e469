package io.dropwatch;

import io.dropwatch.internal.watch.Counting;
import io.dropwatch.model.DropCounts;

/**
 * Counts the packets that the kernel and its devices drop, in the kernel: for hosts that drop more
 * than anybody can look at one by one. No event crosses to this process.
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

  /** What to count. */
  public static DropCounterBuilder builder() {
    return new DropCounterBuilder();
  }

  /** What was counted since the start; once the counter is closed, the final and exact account. */
  public DropCounts snapshot() {
    return counting.snapshot();
  }

  /** Takes the probe out of the kernel. A second call does nothing. */
  @Override
  public void close() {
    counting.close();
  }
}
