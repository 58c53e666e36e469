package io.dropwatch.model;

/**
 * What the queue before the listener does when it is full. Each event that it drops is counted as
 * {@link DropStatistics#queueOverflow}. Later releases may have more constants.
 */
public enum Overflow {
  /** Drops the new event: the listener gets the beginning of a burst. */
  DROP_NEWEST,

  /** Drops the event that has waited longest: the listener gets the end of a burst. */
  DROP_OLDEST,

  /**
   * Lets the reader wait for room. The ring fills up meanwhile; events that do not fit are counted
   * as {@link DropStatistics#lostNoSpace}.
   */
  BLOCK
}
