package io.dropwatch.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What became of every drop. Each drop that the probe saw has exactly one outcome:
 *
 * <pre>{@code
 * seen = excluded + noiseInKernel + filtered + limited     not wanted, decided in the kernel
 *      + lostNoSpace + lostNoRing + lostOther              not written into a ring
 *      + noise + queueOverflow + lostInRing                written, and not given to the listener
 *      + delivered
 *      + inFlight                                          0 once the watcher is closed
 *
 * dropped by the kernel while watching = seen + recursionMisses
 * }</pre>
 *
 * <p>The first equation holds for every object of this class: the constructor refuses any other
 * numbers. The second is the kernel's. It was seen to fail in one situation only, on Linux 6.18:
 * while others attached programs to the same tracepoint or detached them, and interrupts dropped
 * packets on top of drops on the same CPU, the kernel left out calls, up to one in 300, and counted
 * them nowhere; of two watchers of the same drops both missed the same ones. Of 2 million drops
 * that interrupted no other, beside such changes, none was left out. How it comes about is not
 * known.
 *
 * @param seen calls of the probe
 * @param excluded those on a device that the device list leaves out
 * @param noiseInKernel those that a noise rule took out by their reason or location
 * @param filtered those that the filter did not match
 * @param limited those above the rate limit
 * @param lostNoSpace those that found the ring full, by the return value of the kernel's output
 *     function (ENOSPC, or for a BPF ring no reservation)
 * @param lostNoRing those on a CPU without a ring (ENOENT, EOPNOTSUPP): one that came online less
 *     than 100 ms before, or is going offline
 * @param lostOther those that the kernel refused to write for another reason
 * @param noise those that a noise rule took out by their stack, before the listener
 * @param noiseByRule {@code noise} and {@code noiseInKernel} by the name of the rule, in the order
 *     of the rules, and 0 for those that took nothing out; unmodifiable
 * @param queueOverflow those that the queue before the listener had no room for, or that were still
 *     in it when the listener's time was over
 * @param lostInRing those written into the ring and not taken out of it as an event: unreadable, or
 *     left there when the watcher ended
 * @param delivered those that the listener was called with, whether it threw or not
 * @param inFlight those in the ring or in the queue at this moment
 * @param recursionMisses drops in an interrupt while the probe was running on that CPU: the kernel
 *     does not call it for them, so they are not part of {@code seen}; 0 where it does not count
 * @param hardware those of {@code seen} that a device reported, through a devlink trap
 * @param ownerFailures events that have no owner because the {@link OwnerResolver} threw, or
 *     answered null
 */
public record DropStatistics(
    long seen,
    long excluded,
    long noiseInKernel,
    long filtered,
    long limited,
    long lostNoSpace,
    long lostNoRing,
    long lostOther,
    long noise,
    Map<String, Long> noiseByRule,
    long queueOverflow,
    long lostInRing,
    long delivered,
    long inFlight,
    long recursionMisses,
    long hardware,
    long ownerFailures) {

  /** Nothing happened yet. */
  public static final DropStatistics NONE = builder().build();

  /**
   * Made by {@link #builder}, which names the numbers.
   *
   * @throws IllegalArgumentException if the numbers contradict the equation above
   */
  public DropStatistics {
    requireCounts(
        seen,
        excluded,
        noiseInKernel,
        filtered,
        limited,
        lostNoSpace,
        lostNoRing,
        lostOther,
        noise,
        queueOverflow,
        lostInRing,
        delivered,
        inFlight,
        recursionMisses,
        hardware,
        ownerFailures);
    noiseByRule = Collections.unmodifiableMap(new LinkedHashMap<>(noiseByRule));
    noiseByRule.values().forEach(DropStatistics::requireCounts);
    long byRule = noiseByRule.values().stream().mapToLong(Long::longValue).sum();
    if (noiseInKernel + noise != byRule) {
      throw new IllegalArgumentException(
          "noise in the kernel %d + noise %d, but by rule %d"
              .formatted(noiseInKernel, noise, byRule));
    }
    long lost = lostNoSpace + lostNoRing + lostOther;
    long emitted = noise + queueOverflow + lostInRing + delivered + inFlight;
    if (seen != excluded + noiseInKernel + filtered + limited + lost + emitted) {
      throw new IllegalArgumentException(
          ("seen %d, but excluded %d + noise in the kernel %d + filtered %d + limited %d + lost %d"
                  + " (no space %d, no ring %d, other %d) + noise %d + queue overflow %d + lost in the"
                  + " ring %d + delivered %d + in flight %d")
              .formatted(
                  seen,
                  excluded,
                  noiseInKernel,
                  filtered,
                  limited,
                  lost,
                  lostNoSpace,
                  lostNoRing,
                  lostOther,
                  noise,
                  queueOverflow,
                  lostInRing,
                  delivered,
                  inFlight));
    }
  }

  private static void requireCounts(long... counts) {
    for (long count : counts) {
      if (count < 0) {
        throw new IllegalArgumentException("a count is negative: " + count);
      }
    }
  }

  /** Numbers that are not set are 0. */
  public static DropStatisticsBuilder builder() {
    return new DropStatisticsBuilder();
  }

  /** Those not written into a ring, whatever the cause. */
  public long lost() {
    return lostNoSpace + lostNoRing + lostOther;
  }

  /** Those written into a ring. */
  public long emitted() {
    return noise + queueOverflow + lostInRing + delivered + inFlight;
  }

  /**
   * {@code seen=9 excluded=1 filtered=2 limited=0 lost=0 emitted=6 delivered=6}, and behind it, in
   * this form, whatever else is not 0: {@code no_space=}, {@code no_ring=}, {@code other_loss=},
   * {@code noise_in_kernel=}, {@code noise=} and of what rules both consist ({@code
   * noise[neigh_invalidate]=}), {@code queue_overflow=}, {@code lost_in_ring=}, {@code in_flight=},
   * {@code recursion_misses=}, {@code hardware=}, {@code owner_failures=}.
   */
  @Override
  public String toString() {
    StringBuilder text =
        new StringBuilder(
            "seen=%d excluded=%d filtered=%d limited=%d lost=%d emitted=%d delivered=%d"
                .formatted(seen, excluded, filtered, limited, lost(), emitted(), delivered));
    append(text, "no_space", lostNoSpace);
    append(text, "no_ring", lostNoRing);
    append(text, "other_loss", lostOther);
    append(text, "noise_in_kernel", noiseInKernel);
    append(text, "noise", noise);
    noiseByRule.forEach((rule, count) -> append(text, "noise[" + rule + "]", count));
    append(text, "queue_overflow", queueOverflow);
    append(text, "lost_in_ring", lostInRing);
    append(text, "in_flight", inFlight);
    append(text, "recursion_misses", recursionMisses);
    append(text, "hardware", hardware);
    append(text, "owner_failures", ownerFailures);
    return text.toString();
  }

  private static void append(StringBuilder text, String name, long count) {
    if (count != 0) {
      text.append(' ').append(name).append('=').append(count);
    }
  }
}
