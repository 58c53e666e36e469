package io.dropwatch.model;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Collects the numbers of {@link DropStatistics}, each by its name. Numbers that are not set are 0.
 * Not thread-safe.
 */
public final class DropStatisticsBuilder {
  long seen;
  long excluded;
  long filtered;
  long limited;
  long lostNoSpace;
  long lostNoRing;
  long lostOther;
  final Map<String, Long> noiseByRule = new LinkedHashMap<>();
  private final Set<String> rulesInKernel = new HashSet<>();
  long queueOverflow;
  long lostInRing;
  long delivered;
  long inFlight;
  long recursionMisses;
  long hardware;
  long ownerFailures;

  DropStatisticsBuilder() {}

  /** See {@link DropStatistics#seen()}. */
  public DropStatisticsBuilder seen(long count) {
    this.seen = count;
    return this;
  }

  /** See {@link DropStatistics#excluded()}. */
  public DropStatisticsBuilder excluded(long count) {
    this.excluded = count;
    return this;
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
    this.filtered = count;
    return this;
  }

  /** See {@link DropStatistics#limited()}. */
  public DropStatisticsBuilder limited(long count) {
    this.limited = count;
    return this;
  }

  /** See {@link DropStatistics#lostNoSpace()}. */
  public DropStatisticsBuilder lostNoSpace(long count) {
    this.lostNoSpace = count;
    return this;
  }

  /** See {@link DropStatistics#lostNoRing()}. */
  public DropStatisticsBuilder lostNoRing(long count) {
    this.lostNoRing = count;
    return this;
  }

  /** See {@link DropStatistics#lostOther()}. */
  public DropStatisticsBuilder lostOther(long count) {
    this.lostOther = count;
    return this;
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
    this.queueOverflow = count;
    return this;
  }

  /** See {@link DropStatistics#lostInRing()}. */
  public DropStatisticsBuilder lostInRing(long count) {
    this.lostInRing = count;
    return this;
  }

  /** See {@link DropStatistics#delivered()}. */
  public DropStatisticsBuilder delivered(long count) {
    this.delivered = count;
    return this;
  }

  /** See {@link DropStatistics#inFlight()}. */
  public DropStatisticsBuilder inFlight(long count) {
    this.inFlight = count;
    return this;
  }

  /** See {@link DropStatistics#hardware()}. */
  public DropStatisticsBuilder hardware(long count) {
    this.hardware = count;
    return this;
  }

  /** See {@link DropStatistics#ownerFailures()}. */
  public DropStatisticsBuilder ownerFailures(long count) {
    this.ownerFailures = count;
    return this;
  }

  /** See {@link DropStatistics#recursionMisses()}. */
  public DropStatisticsBuilder recursionMisses(long count) {
    this.recursionMisses = count;
    return this;
  }

  /**
   * Returns the account.
   *
   * @throws IllegalArgumentException if a number is negative or they do not add up
   */
  public DropStatistics build() {
    return new DropStatistics(this);
  }

  /** Returns the sum of the rules that the kernel decides, or of the others. */
  long noise(boolean inKernel) {
    return noiseByRule.entrySet().stream()
        .filter(rule -> rulesInKernel.contains(rule.getKey()) == inKernel)
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
