package io.dropwatch.model;

import org.jspecify.annotations.Nullable;

/**
 * Finds out by name whom a packet belonged to. Asked once for each event, when its record is read
 * and before the listener sees it: later the process may be gone and its numbers another's.
 *
 * <p>Called on the watcher's thread, one event after the other; while it runs, records wait in the
 * ring. What it throws goes where a listener's exceptions go, the owner is {@link Owner#UNKNOWN},
 * and it is counted: {@link DropStatistics#ownerFailures}. It is asked again for the next event.
 */
@FunctionalInterface
public interface OwnerResolver {
  /** Whom the packet belonged to. */
  Owner resolve(Question question);

  /**
   * The kernel's numbers.
   *
   * @param socket the packet's; null when it had none
   * @param networkNamespace in which it was dropped
   * @param pid process that was running, which in softirq has nothing to do with the packet
   * @param taskCgroupId cgroup (v2) of that process; 0 when unknown
   */
  record Question(
      @Nullable OwnerSocket socket,
      NetworkNamespace networkNamespace,
      int pid,
      long taskCgroupId) {}
}
