package io.dropwatch.model;

/**
 * Looks up the owner of a packet. Called once for each event, when its record is read and before
 * the listener gets it: later the process may have ended and its numbers may be another's.
 *
 * <p>Called on the watcher's thread, one event after the other; while it runs, records wait in the
 * ring. An exception it throws is handled like a listener's, and counted ({@link
 * DropStatistics#ownerFailures}); the owner of that event is {@link Owner#UNKNOWN}. It is called
 * again for the next event.
 */
@FunctionalInterface
public interface OwnerResolver {
  /** Returns the owner of the packet. */
  Owner resolve(OwnerQuery query);
}
