package io.dropwatch.model;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code DropCounter} counted: from its start ({@code DropCounter.snapshot}) or between two
 * snapshots ({@link #since}). Each drop the probe saw has exactly one outcome:
 *
 * <pre>{@code
 * seen = excluded + filtered + counted + overflow
 * }</pre>
 *
 * <p>While the counter runs, a snapshot leaves out drops whose outcome is just being counted; after
 * {@code DropCounter.close} nothing is left out. Immutable.
 *
 * <p>Later releases may add numbers.
 */
public final class DropCounts {
  private final Instant time;
  private final Duration elapsed;
  private final Map<DropKind, Long> counts;
  private final long excluded;
  private final long filtered;
  private final long overflow;
  private final long missed;

  private DropCounts(Builder from) {
    time = from.time;
    elapsed = from.elapsed;
    counts = Map.copyOf(from.counts);
    excluded = from.excluded;
    filtered = from.filtered;
    overflow = from.overflow;
    missed = from.missed;
    long least = Math.min(Math.min(excluded, filtered), Math.min(overflow, missed));
    for (long count : counts.values()) {
      least = Math.min(least, count);
    }
    if (least < 0 || elapsed.isNegative()) {
      throw new IllegalArgumentException(
          "counts and elapsed time must be 0 or more, were %d and %s".formatted(least, elapsed));
    }
  }

  /** Returns a builder in which every number is 0. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects the numbers of {@link DropCounts}, each by its name. Not thread-safe. */
  public static final class Builder {
    private Instant time = Instant.EPOCH;
    private Duration elapsed = Duration.ZERO;
    private final Map<DropKind, Long> counts = new HashMap<>();
    private long excluded;
    private long filtered;
    private long overflow;
    private long missed;

    private Builder() {}

    /** See {@link DropCounts#time}. */
    public Builder time(Instant time) {
      this.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /** See {@link DropCounts#elapsed}. */
    public Builder elapsed(Duration elapsed) {
      this.elapsed = Objects.requireNonNull(elapsed, "elapsed");
      return this;
    }

    /** Adds drops of one kind. */
    public Builder count(DropKind kind, long drops) {
      long sum = counts.getOrDefault(Objects.requireNonNull(kind, "kind"), 0L) + drops;
      if (sum == 0) {
        counts.remove(kind);
      } else {
        counts.put(kind, sum);
      }
      return this;
    }

    private Builder counts(Map<DropKind, Long> more, int sign) {
      more.forEach((kind, drops) -> count(kind, sign * drops));
      return this;
    }

    /** See {@link DropCounts#excluded}. */
    public Builder excluded(long drops) {
      this.excluded = drops;
      return this;
    }

    /** See {@link DropCounts#filtered}. */
    public Builder filtered(long drops) {
      this.filtered = drops;
      return this;
    }

    /** See {@link DropCounts#overflow}. */
    public Builder overflow(long drops) {
      this.overflow = drops;
      return this;
    }

    /** See {@link DropCounts#missed}. */
    public Builder missed(long drops) {
      this.missed = drops;
      return this;
    }

    /**
     * Returns the counts.
     *
     * @throws IllegalArgumentException if a number is negative
     */
    public DropCounts build() {
      return new DropCounts(this);
    }
  }

  /** Returns when the snapshot was taken. */
  public Instant time() {
    return time;
  }

  /** Returns the time in which the drops were counted. */
  public Duration elapsed() {
    return elapsed;
  }

  /** Returns the drops by kind, none of them 0; unmodifiable. */
  public Map<DropKind, Long> counts() {
    return counts;
  }

  /** Returns the drops on a device that the device list leaves out. */
  public long excluded() {
    return excluded;
  }

  /** Returns the drops that the filter did not match. */
  public long filtered() {
    return filtered;
  }

  /**
   * Returns the drops of kinds that did not fit into the table, see {@code
   * DropCounterBuilder.maxKinds}.
   */
  public long overflow() {
    return overflow;
  }

  /**
   * Returns the drops that are not in {@link #seen}: the kernel did not call the probe, which was
   * running on that CPU already (recursion_misses; 0 on kernels that do not count them).
   */
  public long missed() {
    return missed;
  }

  /** Returns the drops of all kinds. */
  public long counted() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Returns the number of calls of the probe. */
  public long seen() {
    return excluded + filtered + counted() + overflow;
  }

  /** Returns the drops of one kind; 0 if there were none. */
  public long count(DropKind kind) {
    return counts.getOrDefault(kind, 0L);
  }

  /**
   * Returns the drops of one kind a second, on average over {@link #elapsed}; 0 if no time has
   * passed.
   */
  public double perSecond(DropKind kind) {
    return perSecond(count(kind));
  }

  /**
   * Returns the drops of all kinds a second, on average over {@link #elapsed}; 0 if no time has
   * passed.
   */
  public double perSecond() {
    return perSecond(counted());
  }

  private double perSecond(long drops) {
    return elapsed.isZero() ? 0 : drops * 1e9 / elapsed.toNanos();
  }

  /**
   * Returns what was counted after an earlier snapshot of the same counter. If a kind was removed
   * meanwhile, {@link DropKind#REMOVED} has only the drops that are new. {@code
   * earlier.plus(later.since(earlier))} has the sums of {@code later}, by the kinds of both.
   *
   * @throws IllegalArgumentException if that one is not earlier, or another counter's
   */
  public DropCounts since(DropCounts earlier) {
    Builder since =
        builder()
            .time(time)
            .elapsed(elapsed.minus(earlier.elapsed))
            .counts(counts, 1)
            .counts(earlier.counts, -1)
            .excluded(excluded - earlier.excluded)
            .filtered(filtered - earlier.filtered)
            .overflow(overflow - earlier.overflow)
            .missed(missed - earlier.missed);
    for (DropKind kind : earlier.counts.keySet()) {
      long moved = since.counts.getOrDefault(kind, 0L);
      if (moved < 0 && !kind.equals(DropKind.REMOVED) && counts.containsKey(DropKind.REMOVED)) {
        since.count(kind, -moved).count(DropKind.REMOVED, moved);
      }
    }
    return since.build();
  }

  /** Returns this and what was counted after it, until {@code later}'s time. */
  public DropCounts plus(DropCounts later) {
    return builder()
        .time(later.time)
        .elapsed(elapsed.plus(later.elapsed))
        .counts(counts, 1)
        .counts(later.counts, 1)
        .excluded(excluded + later.excluded)
        .filtered(filtered + later.filtered)
        .overflow(overflow + later.overflow)
        .missed(missed + later.missed)
        .build();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof DropCounts that
        && time.equals(that.time)
        && elapsed.equals(that.elapsed)
        && counts.equals(that.counts)
        && excluded == that.excluded
        && filtered == that.filtered
        && overflow == that.overflow
        && missed == that.missed;
  }

  @Override
  public int hashCode() {
    return Objects.hash(time, elapsed, counts, excluded, filtered, overflow, missed);
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
