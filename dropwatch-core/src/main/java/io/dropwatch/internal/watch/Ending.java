package io.dropwatch.internal.watch;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The end of a watch. It begins once, with the close. From then on events are delivered for a
 * limited time, and listeners have a limited time to return. What does not return is left behind:
 * from that moment nothing is counted any more, so that the account can be final. Thread-safe.
 */
final class Ending {
  private final CloseTimeouts timeouts;
  private volatile long begunAt;
  private volatile boolean begun;
  private boolean countsFinal;

  Ending(CloseTimeouts timeouts) {
    this.timeouts = timeouts;
  }

  void begin() {
    begunAt = System.nanoTime();
    begun = true;
  }

  boolean hasBegun() {
    return begun;
  }

  private Duration since() {
    return Duration.ofNanos(System.nanoTime() - begunAt);
  }

  /** Whether the time in which events are delivered is over. */
  boolean isDeliveryOver() {
    return begun && since().compareTo(timeouts.deliver()) > 0;
  }

  /** Whether the time in which listeners may return is over. */
  boolean isListenerLate() {
    return begun && since().compareTo(timeouts.listener()) > 0;
  }

  /**
   * Counts an outcome that one thread counts alone.
   *
   * @return whether it was counted: false once the counts are final, and the event is then not
   *     delivered either
   */
  boolean count(AtomicLong outcome) {
    // Without a lock until the end has begun: counts become final seconds later at the earliest,
    // and by then no thread is between this look and its count.
    if (!begun) {
      outcome.setRelease(outcome.getPlain() + 1);
      return true;
    }
    return run(() -> outcome.setRelease(outcome.getPlain() + 1));
  }

  /** Counts, as {@link #count}, what {@code counting} does. */
  synchronized boolean run(Runnable counting) {
    if (!countsFinal) {
      counting.run();
    }
    return !countsFinal;
  }

  /** From now on nothing is counted or delivered, even if the listener returns. */
  synchronized void makeCountsFinal() {
    countsFinal = true;
  }

  synchronized boolean areCountsFinal() {
    return countsFinal;
  }

  /**
   * Waits until a thread has returned from its last call of the listener or another callback, and
   * interrupts it when it is late.
   *
   * @param callback what it calls
   * @return null if it has returned; else where it is
   */
  @Nullable StuckListenerException awaitReturn(Thread thread, String callback)
      throws InterruptedException {
    if (thread.join(timeouts.listener().minus(since()))) {
      return null;
    }
    thread.interrupt();
    return thread.join(timeouts.interrupted())
        ? null
        : StuckListenerException.in(thread, callback, timeouts.listener());
  }
}
