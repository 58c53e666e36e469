package io.dropwatch;

import io.dropwatch.internal.watch.Session;
import io.dropwatch.internal.watch.StuckListenerException;
import io.dropwatch.internal.watch.Watch;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.DropSource;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.RingKind;
import java.time.Duration;
import java.util.List;

/**
 * Watches the packets that the kernel drops, from {@link #builder start} to {@link #close}.
 *
 * <pre>{@code
 * try (DropWatcher watcher = DropWatcher.builder()
 *     .filter("tcp and port 8080")
 *     .devices("eth0")
 *     .onEvent(event -> System.out.println(event.reason() + " " + event.stack()))
 *     .start()) {
 *   watcher.awaitClose(Duration.ofSeconds(60));
 *   System.out.println(watcher.statistics());
 * }
 * }</pre>
 *
 * <p>The listener is called on one daemon thread of the watcher's, one event after the other. While
 * it works the ring fills; what finds it full is counted as {@linkplain DropStatistics#lost lost}.
 * A listener that throws gets the next event all the same; what it threw goes to {@link
 * DropWatcherBuilder#onError}.
 *
 * <p>All methods may be called from any thread.
 */
public final class DropWatcher implements AutoCloseable {
  private final Watch watch;

  DropWatcher(Watch watch) {
    this.watch = watch;
  }

  /** What to watch, and who is told. */
  public static DropWatcherBuilder builder() {
    return new DropWatcherBuilder();
  }

  /**
   * The reasons that the running kernel may give, by number: those of its core, of its subsystems,
   * and of the modules that are loaded now. Empty before Linux 5.17. Needs no privileges, and takes
   * some ten milliseconds.
   *
   * @throws DropWatchException of kind ENVIRONMENT if the kernel does not tell its types (BTF)
   */
  public static List<DropReason> kernelReasons() {
    return Session.reasons();
  }

  /**
   * What became of every drop so far. Once the watcher is closed these are the final numbers, and
   * nothing is in flight.
   */
  public DropStatistics statistics() {
    return watch.statistics();
  }

  /**
   * Which ring events come through and its size, and whether {@linkplain DropSource#HARDWARE drops
   * by devices} are among them, which takes a kernel that has devlink traps: {@code a BPF ring of
   * 2097152 bytes for all CPUs, as this kernel has one; hardware drops by devlink traps}. More of
   * why that ring: {@link RingKind}.
   */
  public String description() {
    return watch.ring();
  }

  /**
   * Waits until the watcher is closed, by another thread or by the listener.
   *
   * @param time how long at most
   * @return whether it is closed; false when the time is over before, or the thread is interrupted,
   *     which it then still is
   * @throws DropWatchException if watching ended by a failure (kind ENVIRONMENT), or the listener
   *     did not return and was left behind (kind USAGE; the cause's stack trace is the listener's)
   * @throws IllegalStateException if the listener calls this: it would wait for itself
   */
  public boolean awaitClose(Duration time) {
    if (watch.isReader()) {
      throw new IllegalStateException("the listener cannot wait for the end of its own watcher");
    }
    boolean closed;
    try {
      closed = watch.awaitEnd(time);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
    Throwable failure = watch.failure();
    if (closed && failure instanceof StuckListenerException stuck) {
      throw DropWatchException.usage(
          stuck.getMessage() + "; the account is final, and the thread is left behind", stuck);
    }
    if (closed && failure != null) {
      throw DropWatchException.environment(
          "watching ended: " + failure.getMessage() + "; start it again", failure);
    }
    return closed;
  }

  /** As {@link #awaitClose(Duration)}, for as long as it takes. */
  public void awaitClose() {
    var _ = awaitClose(Duration.ofSeconds(Long.MAX_VALUE));
  }

  /**
   * Takes the probe out of the kernel, delivers what is still in the ring (for at most five
   * seconds) and counts: after it, the equations of {@link DropStatistics} hold exactly. A second
   * call does nothing.
   *
   * <p>May be called from the listener. The probe is then gone when this returns, and the rest is
   * done when the listener returns; {@link #awaitClose(Duration)} tells another thread when.
   *
   * <p>A listener that has not returned ten seconds later is interrupted; if that does not help
   * within a second, its thread is left behind: this returns, the account is final and balances,
   * and where the listener is goes to {@link DropWatcherBuilder#onError} (a warning is logged
   * without one) and out of {@link #awaitClose(Duration)}. With a {@linkplain
   * DropWatcherBuilder#queue queue}, events still in it count as overflow. Only the ring's memory
   * stays until such a listener returns.
   */
  @Override
  public void close() {
    watch.close();
  }
}
