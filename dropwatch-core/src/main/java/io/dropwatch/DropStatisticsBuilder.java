package io.dropwatch;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Collects the numbers of {@link DropStatistics}, each by its name. Numbers that are not set are 0.
 * Not thread-safe.
 */
public final class DropStatisticsBuilder {
  private long seen;
  private long excluded;
  private long noiseInKernel;
  private long filtered;
  private long limited;
  private long lostNoSpace;
  private long lostNoRing;
  private long lostOther;
  private final Map<String, Long> noiseByRule = new LinkedHashMap<>();
  private long queueOverflow;
  private long lostInRing;
  private long delivered;
  private long inFlight;
  private long recursionMisses;
  private long hardware;

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

  /** See {@link DropStatistics#noiseInKernel()}. */
  public DropStatisticsBuilder noiseInKernel(long count) {
    this.noiseInKernel = count;
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
   * Sets the number of one rule; {@link DropStatistics#noise()} is their sum.
   *
   * @param rule see {@link DropStatistics#noiseByRule()}
   */
  public DropStatisticsBuilder noise(String rule, long count) {
    noiseByRule.put(rule, count);
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

  /** See {@link DropStatistics#recursionMisses()}. */
  public DropStatisticsBuilder recursionMisses(long count) {
    this.recursionMisses = count;
    return this;
  }

  /**
   * The account.
   *
   * @throws IllegalArgumentException if a number is negative or they do not add up
   */
  public DropStatistics build() {
    return new DropStatistics(
        seen,
        excluded,
        noiseInKernel,
        filtered,
        limited,
        lostNoSpace,
        lostNoRing,
        lostOther,
        noiseByRule.values().stream().mapToLong(Long::longValue).sum(),
        noiseByRule,
        queueOverflow,
        lostInRing,
        delivered,
        inFlight,
        recursionMisses,
        hardware);
  }
}
