package io.dropwatch;

import io.dropwatch.internal.owner.ProcOwnerResolver;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerResolver;

/** The resolvers that this library has. */
public final class OwnerResolvers {
  private OwnerResolvers() {}

  /**
   * Returns the resolver that reads /proc, the cgroup2 mount and the names of namespaces; all
   * watchers of the process share it. It answers from memory what it has seen. For anything else a
   * thread of its own reads /proc once for all waiting questions, and the watcher waits for it 50
   * ms at most: an event whose answer takes longer has no owner.
   */
  public static OwnerResolver system() {
    return ProcOwnerResolver.ofThisMachine();
  }

  /** Returns a resolver that reads nothing: events have the kernel's numbers only. */
  public static OwnerResolver none() {
    return _ -> Owner.UNKNOWN;
  }
}
