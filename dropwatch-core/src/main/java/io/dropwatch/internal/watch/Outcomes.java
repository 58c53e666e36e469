package io.dropwatch.internal.watch;

import java.util.Map;

/**
 * What became of the records taken out of the ring, so far. All read at one moment, except that one
 * may be missing that has an outcome since.
 *
 * @param delivered given to the listener
 * @param noise taken out by a noise rule, by the rule's name, in the order of the rules; 0 for
 *     those that the probe decides
 * @param queueOverflow without room in the queue before the listener, or left in it at the end
 * @param skipped unreadable, or taken out after the time to deliver was over
 */
record Outcomes(long delivered, Map<String, Long> noise, long queueOverflow, long skipped) {
  /** Records that have an outcome. */
  long all() {
    long noisy = noise.values().stream().mapToLong(Long::longValue).sum();
    return delivered + noisy + queueOverflow + skipped;
  }
}
