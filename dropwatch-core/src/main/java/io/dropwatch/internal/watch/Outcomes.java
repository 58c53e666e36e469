package io.dropwatch.internal.watch;

import java.util.Map;

/**
 * The outcomes of the records taken out of the ring so far. The counts are read one after the
 * other: the outcome of the last record may be missing.
 *
 * @param delivered given to the listener
 * @param noise taken out by a noise rule, by the rule's name, in the order of the rules; 0 for
 *     those that the probe decides
 * @param queueOverflow without room in the queue before the listener, or left in it at the end
 * @param skipped unreadable, or taken out after the time to deliver was over
 */
record Outcomes(long delivered, Map<String, Long> noise, long queueOverflow, long skipped) {
  /** Returns the number of records that have an outcome. */
  long all() {
    long noisy = noise.values().stream().mapToLong(Long::longValue).sum();
    return delivered + noisy + queueOverflow + skipped;
  }
}
