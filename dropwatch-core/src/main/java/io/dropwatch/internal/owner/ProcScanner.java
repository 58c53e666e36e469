package io.dropwatch.internal.owner;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Scans /proc on a thread of its own: one scan at a time, each followed by a pause ten times as
 * long as the scan, so that unknown sockets cost a tenth of one CPU at most. Used by one thread.
 */
final class ProcScanner {
  private static final long MIN_PAUSE_NANOS = 20_000_000;
  private static final int PAUSE_FACTOR = 10;

  private record Result(ProcSnapshot snapshot, long endedAt, long nanos) {}

  private final Supplier<ProcSnapshot> scan;
  private final Duration maxWait;
  private CompletableFuture<Result> running = new CompletableFuture<>();
  private Result last = new Result(ProcSnapshot.EMPTY, 0, 0);
  private boolean idle = true;
  private boolean started;

  ProcScanner(Supplier<ProcSnapshot> scan, Duration maxWait) {
    this.scan = scan;
    this.maxWait = maxWait;
  }

  /** Returns the result of the last scan that ended. */
  ProcSnapshot latest() {
    if (!idle && running.isDone()) {
      finish();
    }
    return last.snapshot();
  }

  /**
   * Starts a scan, unless one is running or the pause has not passed, and waits for it up to the
   * maximum.
   *
   * @return whether {@link #latest} is of a scan that began after this call
   */
  boolean scan() {
    var _ = latest();
    if (!idle || (started && System.nanoTime() - last.endedAt() <= pause())) {
      return false;
    }
    start();
    try {
      var _ = running.get(maxWait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      return false;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException e) {
      idle = true;
      throw new IllegalStateException("cannot scan /proc", e.getCause());
    }
    finish();
    return true;
  }

  /** Returns whether {@link #latest} is of a scan that began after a {@link System#nanoTime}. */
  boolean latestBeganAfter(long time) {
    var _ = latest();
    return last.nanos() != 0 && last.endedAt() - last.nanos() - time > 0;
  }

  private long pause() {
    return Math.max(MIN_PAUSE_NANOS, PAUSE_FACTOR * last.nanos());
  }

  private void start() {
    started = true;
    idle = false;
    CompletableFuture<Result> result = new CompletableFuture<>();
    running = result;
    Thread.ofPlatform()
        .daemon()
        .name("dropwatch-owners")
        .start(
            () -> {
              long begin = System.nanoTime();
              try {
                ProcSnapshot snapshot = scan.get();
                long end = System.nanoTime();
                result.complete(new Result(snapshot, end, end - begin));
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            });
  }

  private void finish() {
    idle = true;
    if (!running.isCompletedExceptionally()) {
      last = running.join();
    }
  }
}
