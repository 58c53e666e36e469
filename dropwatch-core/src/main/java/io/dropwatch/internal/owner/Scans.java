package io.dropwatch.internal.owner;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * When the machine is looked through: on a thread of its own, never twice at once, and with rests
 * ten times as long as the look before, so that unknown sockets cost a tenth of one CPU at most.
 * Used by one thread.
 */
final class Scans {
  private static final long PATIENCE_NANOS = 50_000_000;
  private static final long LEAST_REST_NANOS = 20_000_000;
  private static final int REST_FACTOR = 10;

  private record Scan(Snapshot found, long endedAt, long nanos) {}

  private final Supplier<Snapshot> scanner;
  private CompletableFuture<Scan> running = new CompletableFuture<>();
  private Scan last = new Scan(Snapshot.EMPTY, 0, 0);
  private boolean idle = true;
  private boolean ever;

  Scans(Supplier<Snapshot> scanner) {
    this.scanner = scanner;
  }

  /** What the last look found. */
  Snapshot known() {
    if (!idle && running.isDone()) {
      take();
    }
    return last.found();
  }

  /**
   * Looks again, and waits for it 50 ms at most.
   *
   * @return whether {@link #known} is from a look that began after this call
   */
  boolean look() {
    known();
    boolean begun = idle && (!ever || System.nanoTime() - last.endedAt() > rest());
    if (begun) {
      begin();
    }
    if (!begun) {
      return false; // resting, or an older look is still going on
    }
    try {
      var _ = running.get(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      return false;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException e) {
      idle = true;
      throw new IllegalStateException("cannot look through /proc", e.getCause());
    }
    take();
    return true;
  }

  /** Whether {@link #known} is from a look that began after a {@link System#nanoTime}. */
  boolean lastBeganAfter(long time) {
    known();
    return last.nanos() != 0 && last.endedAt() - last.nanos() - time > 0;
  }

  private long rest() {
    return Math.max(LEAST_REST_NANOS, REST_FACTOR * last.nanos());
  }

  private void begin() {
    ever = true;
    idle = false;
    CompletableFuture<Scan> result = new CompletableFuture<>();
    running = result;
    Thread.ofPlatform()
        .daemon()
        .name("dropwatch-owners")
        .start(
            () -> {
              long start = System.nanoTime();
              try {
                Snapshot found = scanner.get();
                long end = System.nanoTime();
                result.complete(new Scan(found, end, end - start));
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            });
  }

  private void take() {
    idle = true;
    if (!running.isCompletedExceptionally()) {
      last = running.join();
    }
  }
}
