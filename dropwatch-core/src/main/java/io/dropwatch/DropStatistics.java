package io.dropwatch;

/**
 * What became of every drop the probe saw. Each drop has exactly one outcome in the kernel, and
 * each emitted one exactly one after it:
 *
 * <pre>{@code
 * seen    = excluded + filtered + limited + lost + emitted
 * emitted = delivered + lostInRing + inFlight      inFlight is 0 once the watcher is closed
 * }</pre>
 *
 * @param seen calls of the probe
 * @param excluded of these, those on a device that the device list leaves out
 * @param filtered those that the filter did not match
 * @param limited those above the rate limit
 * @param lost those that found the ring full, by the return value of the kernel's output function
 * @param emitted those written into the ring
 * @param delivered of the emitted, those that the reader took out
 * @param lostInRing of the emitted, those overwritten or skipped before the reader came to them
 */
public record DropStatistics(
    long seen,
    long excluded,
    long filtered,
    long limited,
    long lost,
    long emitted,
    long delivered,
    long lostInRing) {

  /** Nothing happened yet. */
  public static final DropStatistics NONE = new DropStatistics(0, 0, 0, 0, 0, 0, 0, 0);

  /**
   * @throws IllegalArgumentException if the numbers contradict the equations above
   */
  public DropStatistics {
    long least =
        Math.min(
            Math.min(Math.min(seen, excluded), Math.min(filtered, limited)),
            Math.min(Math.min(lost, emitted), Math.min(delivered, lostInRing)));
    if (least < 0) {
      throw new IllegalArgumentException("a count is negative: " + least);
    }
    if (seen != excluded + filtered + limited + lost + emitted) {
      throw new IllegalArgumentException(
          "seen %d, but excluded %d + filtered %d + limited %d + lost %d + emitted %d"
              .formatted(seen, excluded, filtered, limited, lost, emitted));
    }
    if (delivered + lostInRing > emitted) {
      throw new IllegalArgumentException(
          "emitted %d, but delivered %d + lost in the ring %d"
              .formatted(emitted, delivered, lostInRing));
    }
  }

  /** Written into the ring and not read yet; 0 once the watcher is closed. */
  public long inFlight() {
    return emitted - delivered - lostInRing;
  }

  /**
   * {@code seen=9 excluded=1 filtered=2 limited=0 lost=0 emitted=6 delivered=6}, and {@code
   * lost_in_ring=} behind it where that is not 0.
   */
  @Override
  public String toString() {
    String counts =
        "seen=%d excluded=%d filtered=%d limited=%d lost=%d emitted=%d delivered=%d"
            .formatted(seen, excluded, filtered, limited, lost, emitted, delivered);
    return lostInRing == 0 ? counts : counts + " lost_in_ring=" + lostInRing;
  }
}
