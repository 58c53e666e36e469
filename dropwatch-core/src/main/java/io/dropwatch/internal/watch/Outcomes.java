package io.dropwatch.internal.watch;

/**
 * What became of the records taken out of the ring, so far. All read at one moment, except that one
 * may be missing that has an outcome since.
 *
 * @param delivered given to the listener
 * @param noise taken out by a noise rule
 * @param queueOverflow without room in the queue before the listener, or left in it at the end
 * @param skipped unreadable, or taken out after the time to deliver was over
 */
record Outcomes(long delivered, long noise, long queueOverflow, long skipped) {
  /** Records that have an outcome. */
  long all() {
    return delivered + noise + queueOverflow + skipped;
  }
}
