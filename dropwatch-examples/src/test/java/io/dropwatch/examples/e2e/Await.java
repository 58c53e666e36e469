package io.dropwatch.examples.e2e;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition that the kernel or another thread makes true. */
final class Await {
  private static final long NANOS = TimeUnit.SECONDS.toNanos(20);

  private Await() {}

  /** Fails if the condition is not true within 20 seconds. */
  static void until(BooleanSupplier condition) {
    long end = System.nanoTime() + NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("the condition did not hold within 20 s");
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}
