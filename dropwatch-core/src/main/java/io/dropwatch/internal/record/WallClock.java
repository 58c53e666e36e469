package io.dropwatch.internal.record;

import java.time.Instant;

/**
 * The kernel's monotonic clock, which the probe reads, as wall clock.
 *
 * <p>On Linux {@link System#nanoTime} is CLOCK_MONOTONIC, as bpf_ktime_get_ns() is, so the
 * difference of the two clocks of this process is the offset. It moves when the wall clock is set
 * or slewed, so {@link #refresh} measures it again; times of one offset keep the kernel's order.
 * Not thread-safe.
 */
public final class WallClock {
  private static final long NANOS = 1_000_000_000L;
  private static final long REFRESH_NANOS = NANOS;
  private static final int ATTEMPTS = 5;

  private long offset;
  private long measuredAt;

  /** A clock with a fresh offset. */
  public WallClock() {
    measure();
  }

  /** Measures again if the last measurement is more than a second old. */
  public void refresh() {
    if (System.nanoTime() - measuredAt > REFRESH_NANOS) {
      measure();
    }
  }

  /**
   * The wall clock at a time of the kernel's.
   *
   * @param monotonic nanoseconds of CLOCK_MONOTONIC
   */
  public Instant at(long monotonic) {
    long nanos = monotonic + offset;
    return Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS), Math.floorMod(nanos, NANOS));
  }

  /** As {@link #at}, as nanoseconds since 1970-01-01T00:00Z. */
  long epochNanos(long monotonic) {
    return monotonic + offset;
  }

  // The pair of readings with the least time between them: a thread may be interrupted in any one.
  private void measure() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < ATTEMPTS; i++) {
      long before = System.nanoTime();
      Instant now = Instant.now();
      long after = System.nanoTime();
      if (after - before < least) {
        least = after - before;
        offset = now.getEpochSecond() * NANOS + now.getNano() - (before + (after - before) / 2);
      }
      measuredAt = after;
    }
  }
}
