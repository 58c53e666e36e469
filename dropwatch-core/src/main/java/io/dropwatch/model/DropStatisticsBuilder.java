package io.dropwatch.model;

import io.dropwatch.model.DropStatistics.Count;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Collects the numbers of {@link DropStatistics}, each by its name. Numbers that are not set are 0.
 * Not thread-safe.
 */
public final class DropStatisticsBuilder {
  private final EnumMap<Count, Long> counts = new EnumMap<>(Count.class);
  private final Map<String, Long> noiseByRule = new LinkedHashMap<>();
  private final Set<String> rulesInKernel = new HashSet<>();

  DropStatisticsBuilder() {}

  private DropStatisticsBuilder set(Count count, long drops) {
    counts.put(count, drops);
    return this;
  }

  /** See {@link DropStatistics#seen()}. */
  public DropStatisticsBuilder seen(long count) {
    return set(Count.SEEN, count);
  }

  /** See {@link DropStatistics#excluded()}. */
  public DropStatisticsBuilder excluded(long count) {
    return set(Count.EXCLUDED, count);
  }

  /**
   * Sets the number of one rule that the kernel decides; {@link DropStatistics#noiseInKernel()} is
   * their sum.
   *
   * @param rule see {@link DropStatistics#noiseByRule()}
   */
  public DropStatisticsBuilder noiseInKernel(String rule, long count) {
    noiseByRule.put(rule, count);
    rulesInKernel.add(rule);
    return this;
  }

  /** See {@link DropStatistics#filtered()}. */
  public DropStatisticsBuilder filtered(long count) {
    return set(Count.FILTERED, count);
  }

  /** See {@link DropStatistics#limited()}. */
  public DropStatisticsBuilder limited(long count) {
    return set(Count.LIMITED, count);
  }

  /** See {@link DropStatistics#lostNoSpace()}. */
  public DropStatisticsBuilder lostNoSpace(long count) {
    return set(Count.NO_SPACE, count);
  }

  /** See {@link DropStatistics#lostNoRing()}. */
  public DropStatisticsBuilder lostNoRing(long count) {
    return set(Count.NO_RING, count);
  }

  /** See {@link DropStatistics#lostOther()}. */
  public DropStatisticsBuilder lostOther(long count) {
    return set(Count.OTHER_LOSS, count);
  }

  /**
   * Sets the number of one rule that looks at stacks; {@link DropStatistics#noise()} is their sum.
   *
   * @param rule see {@link DropStatistics#noiseByRule()}
   */
  public DropStatisticsBuilder noise(String rule, long count) {
    noiseByRule.put(rule, count);
    rulesInKernel.remove(rule);
    return this;
  }

  /** See {@link DropStatistics#queueOverflow()}. */
  public DropStatisticsBuilder queueOverflow(long count) {
    return set(Count.QUEUE_OVERFLOW, count);
  }

  /** See {@link DropStatistics#lostInRing()}. */
  public DropStatisticsBuilder lostInRing(long count) {
    return set(Count.LOST_IN_RING, count);
  }

  /** See {@link DropStatistics#delivered()}. */
  public DropStatisticsBuilder delivered(long count) {
    return set(Count.DELIVERED, count);
  }

  /** See {@link DropStatistics#inFlight()}. */
  public DropStatisticsBuilder inFlight(long count) {
    return set(Count.IN_FLIGHT, count);
  }

  /** See {@link DropStatistics#hardware()}. */
  public DropStatisticsBuilder hardware(long count) {
    return set(Count.HARDWARE, count);
  }

  /** See {@link DropStatistics#ownerFailures()}. */
  public DropStatisticsBuilder ownerFailures(long count) {
    return set(Count.OWNER_FAILURES, count);
  }

  /** See {@link DropStatistics#recursionMisses()}. */
  public DropStatisticsBuilder recursionMisses(long count) {
    return set(Count.RECURSION_MISSES, count);
  }

  /**
   * Returns the account.
   *
   * @throws IllegalArgumentException if a number is negative or they do not add up
   */
  public DropStatistics build() {
    set(Count.NOISE, noise(false)).set(Count.NOISE_IN_KERNEL, noise(true));
    return new DropStatistics(counts, noiseByRule);
  }

  /** Returns the sum of the rules that the kernel decides, or of the others. */
  private long noise(boolean inKernel) {
    return noiseByRule.entrySet().stream()
        .filter(rule -> rulesInKernel.contains(rule.getKey()) == inKernel)
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
