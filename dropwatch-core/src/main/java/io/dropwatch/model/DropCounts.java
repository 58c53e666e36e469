package io.dropwatch.model;

import io.dropwatch.DropCounter;
import io.dropwatch.DropCounterBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What a {@link DropCounter} counted: from its start ({@link DropCounter#snapshot}) or between two
 * snapshots ({@link #since}). Each drop the probe saw has exactly one outcome:
 *
 * <pre>{@code
 * seen = excluded + filtered + counted + overflow
 * }</pre>
 *
 * <p>While the counter runs, a snapshot leaves out drops whose outcome is just being counted; after
 * {@link DropCounter#close} nothing is left out. Immutable.
 *
 * @param time when it was taken
 * @param elapsed time in which it was counted
 * @param counts drops by kind, none of them 0; unmodifiable
 * @param excluded drops on a device that the device list leaves out
 * @param filtered drops that the filter did not match
 * @param overflow drops of a kind that was one too many for {@link DropCounterBuilder#maxKinds}
 * @param missed drops that are not in {@code seen}: the kernel did not tell the probe, which was at
 *     work on that CPU already (recursion_misses; 0 on kernels that do not count them)
 */
public record DropCounts(
    Instant time,
    Duration elapsed,
    Map<DropKind, Long> counts,
    long excluded,
    long filtered,
    long overflow,
    long missed) {

  /**
   * @throws IllegalArgumentException if a number is negative
   */
  public DropCounts {
    Objects.requireNonNull(time, "time");
    counts = Map.copyOf(counts);
    long least = Math.min(Math.min(excluded, filtered), Math.min(overflow, missed));
    for (long count : counts.values()) {
      least = Math.min(least, count);
    }
    if (least < 0 || elapsed.isNegative()) {
      throw new IllegalArgumentException(
          "not what was counted: %d drops in %s".formatted(least, elapsed));
    }
    if (counts.containsValue(0L)) {
      counts = added(counts, Map.of(), 1);
    }
  }

  /** Drops of all kinds. */
  public long counted() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Calls of the probe. */
  public long seen() {
    return excluded + filtered + counted() + overflow;
  }

  /** Drops of one kind; 0 for a kind that there were none of. */
  public long count(DropKind kind) {
    return counts.getOrDefault(kind, 0L);
  }

  /** Drops of one kind in a second, on average over {@link #elapsed}; 0 if no time has passed. */
  public double perSecond(DropKind kind) {
    return perSecond(count(kind));
  }

  /** Drops of all kinds in a second, on average over {@link #elapsed}; 0 if no time has passed. */
  public double perSecond() {
    return perSecond(counted());
  }

  private double perSecond(long drops) {
    return elapsed.isZero() ? 0 : drops * 1e9 / elapsed.toNanos();
  }

  /**
   * What was counted after an earlier snapshot of the same counter: {@code
   * earlier.plus(later.since(earlier))} is {@code later}.
   *
   * @throws IllegalArgumentException if that one is not earlier, or another counter's
   */
  public DropCounts since(DropCounts earlier) {
    return new DropCounts(
        time,
        elapsed.minus(earlier.elapsed),
        added(counts, earlier.counts, -1),
        excluded - earlier.excluded,
        filtered - earlier.filtered,
        overflow - earlier.overflow,
        missed - earlier.missed);
  }

  /** This and what was counted after it, until {@code later}'s time. */
  public DropCounts plus(DropCounts later) {
    return new DropCounts(
        later.time,
        elapsed.plus(later.elapsed),
        added(counts, later.counts, 1),
        excluded + later.excluded,
        filtered + later.filtered,
        overflow + later.overflow,
        missed + later.missed);
  }

  private static Map<DropKind, Long> added(
      Map<DropKind, Long> to, Map<DropKind, Long> counts, int times) {
    Map<DropKind, Long> sum = new HashMap<>(to);
    counts.forEach((kind, count) -> sum.merge(kind, times * count, Long::sum));
    sum.values().removeIf(count -> count == 0);
    return Map.copyOf(sum);
  }

  /** {@code seen=9 excluded=1 filtered=2 counted=6 overflow=0}, and {@code missed=} where not 0. */
  @Override
  public String toString() {
    String text =
        "seen=%d excluded=%d filtered=%d counted=%d overflow=%d"
            .formatted(seen(), excluded, filtered, counted(), overflow);
    return missed == 0 ? text : text + " missed=" + missed;
  }
}
