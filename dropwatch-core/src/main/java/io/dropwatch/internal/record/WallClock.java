package io.dropwatch.internal.record;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The kernel's monotonic clock, which the probe reads, as wall clock.
 *
 * <p>On Linux {@link System#nanoTime} is CLOCK_MONOTONIC, as bpf_ktime_get_ns() is, so the
 * difference of the two clocks of this process is the offset. It moves when the wall clock is set
 * or slewed, and while the machine sleeps, so {@link #refresh} measures it again. Not thread-safe.
 *
 * <ul>
 *   <li>Times of one offset keep the kernel's order and distances, to the nanosecond.
 *   <li>Set forward or back, by hand or by NTP, the wall clock is followed within a second: until
 *       then times are those of the clock before, from then on those of the clock after, so they
 *       jump once by as much. A drop that lies in the ring meanwhile gets a time of the clock
 *       after.
 *   <li>Slewed by the kernel's most, 500 parts in a million, a time is wrong by half a millisecond.
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

  /** This machine's clocks, with a fresh offset. */
  public WallClock() {
    this(System::nanoTime, InstantSource.system());
  }

  /** Two clocks of a test's, with a fresh offset. */
  WallClock(LongSupplier monotonicClock, InstantSource wallClock) {
    this.monotonicClock = monotonicClock;
    this.wallClock = wallClock;
    measure();
  }

  /** Measures again if the last measurement is a second old. */
  public void refresh() {
    if (monotonicClock.getAsLong() - measuredAt >= REFRESH_NANOS) {
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
