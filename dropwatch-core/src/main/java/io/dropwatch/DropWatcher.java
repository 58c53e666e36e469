package io.dropwatch;

import io.dropwatch.internal.watch.Session;
import io.dropwatch.internal.watch.StuckListenerException;
import io.dropwatch.internal.watch.Watch;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.FailureCode;
import io.dropwatch.model.ProbeInfo;
import java.time.Duration;
import java.util.List;

/**
 * Watches the packets that the kernel drops, until {@link #close}.
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
 * <p>The listener is called on one daemon thread of the watcher, one event after the other. If it
 * is slow, the ring fills up; events that do not fit are counted as {@linkplain DropStatistics#lost
 * lost}. After a listener has thrown, it gets the next event; the exception goes to {@link
 * DropWatcherBuilder#onError}.
 *
 * <p>All methods may be called from any thread.
 */
public final class DropWatcher implements AutoCloseable {
  private final Watch watch;

  DropWatcher(Watch watch) {
    this.watch = watch;
  }

  /** Returns a builder that watches every drop that is not noise. */
  public static DropWatcherBuilder builder() {
    return new DropWatcherBuilder();
  }

  /**
   * Returns the reasons that the running kernel may give, by number: those of its core, of its
   * subsystems, and of the modules that are loaded now. Empty before Linux 5.17. Needs no
   * privileges, and takes tens of milliseconds.
   *
   * @throws DropWatchException if the kernel has no BTF
   */
  public static List<DropReason> kernelReasons() {
    return DropWatchException.translated(Session::reasons);
  }

  /**
   * Returns what became of every drop so far. Once the watcher is closed these are the final
   * numbers, and nothing is in flight.
   */
  public DropStatistics statistics() {
    return watch.statistics();
  }

  /** Returns which ring events come through, and whether drops by devices are watched. */
  public ProbeInfo probe() {
    return watch.info();
  }

  /**
   * Waits until the watcher is closed, by another thread or by the listener.
   *
   * @param time how long at most
   * @return whether it is closed; false if the time is over before
   * @throws InterruptedException if the thread is interrupted while it waits
   * @throws DropWatchException if watching ended by a failure, or the listener did not return after
   *     the close ({@link FailureCode#LISTENER_STUCK}; the stack trace of the cause is where the
   *     listener is)
   * @throws IllegalStateException if the listener calls this: it would wait for itself
   */
  public boolean awaitClose(Duration time) throws InterruptedException {
    if (watch.isReader()) {
      throw new IllegalStateException("the listener cannot wait for the end of its own watcher");
    }
    boolean closed = watch.awaitEnd(time);
    Throwable failure = closed ? watch.failure() : null;
    if (failure != null) {
      throw failure(failure);
    }
    return closed;
  }

  private static DropWatchException failure(Throwable failure) {
    return switch (failure) {
      case StuckListenerException stuck ->
          new DropWatchException(
              FailureCode.LISTENER_STUCK,
              String.valueOf(stuck.getMessage()),
              "make the listener return; the account is final, and its thread still runs",
              stuck);
      default ->
          new DropWatchException(
              FailureCode.KERNEL,
              "watching ended: " + failure.getMessage(),
              "start the watcher again",
              failure);
    };
  }

  /** Waits until the watcher is closed, as {@link #awaitClose(Duration)} without a limit. */
  public void awaitClose() throws InterruptedException {
    var _ = awaitClose(Duration.ofSeconds(Long.MAX_VALUE));
  }

  /**
   * Detaches the probe, delivers the events that are still in the ring (for at most five seconds)
   * and reads the counters: then the equations of {@link DropStatistics} hold exactly. A second
   * call does nothing. Not interruptible; an interrupt is kept.
   *
   * <p>May be called from the listener. The probe is then detached when this returns, and the rest
   * is done when the listener returns; {@link #awaitClose(Duration)} waits for that.
   *
   * <p>A listener that has not returned ten seconds later is interrupted. If it does not return
   * within another second, its thread is left behind: this returns, the account is final and
   * balances, and an exception whose stack trace is where the listener is goes to {@link
   * DropWatcherBuilder#onError} (without one it is logged) and is thrown by {@link
   * #awaitClose(Duration)}. With a {@linkplain DropWatcherBuilder#queue queue}, events still in it
   * count as overflow. Only the memory of the ring stays until such a listener returns.
   */
  @Override
  public void close() {
    watch.close();
  }
}
