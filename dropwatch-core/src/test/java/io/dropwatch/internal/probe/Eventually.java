package io.dropwatch.internal.probe;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits for what the kernel does in its own time: under load it drops in ksoftirqd, a moment later.
 */
public final class Eventually {
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(20);

  private Eventually() {}

  /** Fails if the condition does not come true in 20 seconds. */
  public static void until(BooleanSupplier condition) {
    long end = System.nanoTime() + TIMEOUT_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("the condition was not met in 20 s");
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}
