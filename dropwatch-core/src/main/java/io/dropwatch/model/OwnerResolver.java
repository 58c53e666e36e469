package io.dropwatch.model;

/**
 * Looks up the owner of a packet. Called when the record of an event is read and before the
 * listener gets it: later the process may have ended and its numbers may be another's.
 *
 * <p>Called on a thread of the watcher that does nothing else, one query after the other. An event
 * waits up to 100 ms for its answer, and events behind it for their turn; then it goes with {@link
 * Owner#UNKNOWN}. So a slow resolver costs owners and no events. If 4096 queries wait, further
 * events are not looked up. An exception it throws is handled like a listener's, and counted
 * ({@link DropStatistics#ownerFailures}); that event has no owner. It is called again for the next
 * event.
 */
@FunctionalInterface
public interface OwnerResolver {
  /** Returns the owner of the packet. */
  Owner resolve(OwnerQuery query);
}
