package io.dropwatch.internal.record;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** Converts times while the wall clock is set, with fake clocks. */
class WallClockTest {
  private static final Instant NOON = Instant.parse("2026-06-20T12:00:00.000000001Z");
  private static final long SECOND = 1_000_000_000L;

  private long monotonic = 77 * SECOND;
  private Instant wall = NOON;
  private final WallClock clock = new WallClock(() -> monotonic, () -> wall);

  private void pass(long nanos) {
    monotonic += nanos;
    wall = wall.plusNanos(nanos);
  }

  @Test
  void at_hasNanoseconds() {
    assertEquals(NOON, clock.at(monotonic));
    assertEquals(
        Instant.parse("2026-06-20T12:00:00.123456790Z"), clock.at(monotonic + 123_456_789));
    assertEquals(NOON.minusSeconds(77), clock.at(0), "before the watcher started");
    assertEquals(NOON.getEpochSecond() * SECOND + 1, clock.epochNanos(monotonic));
  }

  @Test
  void refresh_afterAStep_followsWithinASecond() {
    for (Duration step : new Duration[] {Duration.ofHours(1), Duration.ofHours(-2)}) {
      clock.refresh();
      Instant before = wall;
      wall = wall.plus(step);
      pass(SECOND - 1);
      clock.refresh();
      assertEquals(before.plusNanos(SECOND - 1), clock.at(monotonic), "the clock before the step");
      pass(1);
      clock.refresh();
      assertEquals(wall, clock.at(monotonic), "the clock after the step");
      pass(SECOND);
    }
  }

  @Test
  void at_dropBeforeAStep_isOfTheNewClock() {
    long dropped = monotonic;
    pass(SECOND);
    wall = wall.plusSeconds(3600);
    clock.refresh();

    assertEquals(NOON.plusSeconds(3600), clock.at(dropped));
  }

  @Test
  void refresh_afterSuspend_followsLikeAStep() {
    // CLOCK_MONOTONIC does not advance during suspend.
    wall = wall.plusSeconds(86400);
    pass(SECOND);
    clock.refresh();

    assertEquals(wall, clock.at(monotonic));
  }

  @Test
  void refresh_slewedClock_follows() {
    for (int i = 0; i < 100; i++) {
      monotonic += SECOND;
      wall = wall.plusNanos(SECOND + 500_000);
      clock.refresh();
      assertEquals(wall, clock.at(monotonic));
    }
  }

  /** Order and distance are the kernel's at any offset. */
  @Property
  void at_sameOffset_keepsDistances(
      @ForAll @LongRange(min = 0, max = 1L << 60) long one,
      @ForAll @LongRange(min = 0, max = 1L << 60) long other) {
    assertEquals(other - one, Duration.between(clock.at(one), clock.at(other)).toNanos());
  }
}
