package io.dropwatch.internal.record;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Converts times of the kernel's monotonic clock, which the probe reads, into wall-clock times.
 *
 * <p>On Linux {@link System#nanoTime} is CLOCK_MONOTONIC, as bpf_ktime_get_ns() is, so the
 * difference of the two clocks of this process is the offset. It moves when the wall clock is set
 * or slewed, and while the machine sleeps, so {@link #refresh} measures it again. Not thread-safe.
 *
 * <ul>
 *   <li>Times with the same offset keep the kernel's order and distances, to the nanosecond.
 *   <li>When the wall clock is set, times follow within a second, in one step. A drop that is in
 *       the ring meanwhile gets a time of the new clock.
 *   <li>When the wall clock is slewed at the kernel's limit, 500 ppm, the error is up to 0.5 ms.
 * </ul>
 */
public final class WallClock {
  private static final long NANOS = 1_000_000_000L;
  private static final long REFRESH_NANOS = NANOS;
  private static final int ATTEMPTS = 5;

  private final LongSupplier monotonicClock;
  private final InstantSource wallClock;
  private long offset;
  private long measuredAt;

  /** Measures the offset of this machine's clocks. */
  public WallClock() {
    this(System::nanoTime, InstantSource.system());
  }

  /** Measures the offset of other clocks, for tests. */
  WallClock(LongSupplier monotonicClock, InstantSource wallClock) {
    this.monotonicClock = monotonicClock;
    this.wallClock = wallClock;
    measure();
  }

  /** Measures the offset again if the last measurement is a second old. */
  public void refresh() {
    if (monotonicClock.getAsLong() - measuredAt >= REFRESH_NANOS) {
      measure();
    }
  }

  /**
   * Returns the wall-clock time of a time of the kernel's clock.
   *
   * @param monotonic nanoseconds of CLOCK_MONOTONIC
   */
  public Instant at(long monotonic) {
    long nanos = monotonic + offset;
    return Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS), Math.floorMod(nanos, NANOS));
  }

  /** Returns {@link #at} in nanoseconds since 1970-01-01T00:00Z. */
  long epochNanos(long monotonic) {
    return monotonic + offset;
  }

  // Uses the readings with the least time between them: the thread may be interrupted.
  private void measure() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < ATTEMPTS; i++) {
      long before = monotonicClock.getAsLong();
      Instant now = wallClock.instant();
      long after = monotonicClock.getAsLong();
      if (after - before < least) {
        least = after - before;
        offset = now.getEpochSecond() * NANOS + now.getNano() - (before + (after - before) / 2);
      }
      measuredAt = after;
    }
  }
}
