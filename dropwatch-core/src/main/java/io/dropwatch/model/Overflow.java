package io.dropwatch.model;

/**
 * What a full queue before the listener does with the next event. Each event that it gives up is
 * counted as {@link DropStatistics#queueOverflow}.
 */
public enum Overflow {
  /** The event that comes is given up: the listener gets the beginning of a burst. */
  DROP_NEWEST,

  /** The event that waits longest is given up: the listener gets the end of a burst. */
  DROP_OLDEST,

  /**
   * The reader waits for room, and the ring fills: what is lost then is counted as {@link
   * DropStatistics#lostNoSpace}.
   */
  BLOCK
}
