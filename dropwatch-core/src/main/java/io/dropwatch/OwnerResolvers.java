package io.dropwatch;

import io.dropwatch.internal.owner.ProcOwnerResolver;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerResolver;

/** Factories of owner resolvers. */
public final class OwnerResolvers {
  private OwnerResolvers() {}

  /**
   * Returns a resolver that reads /proc, the cgroup2 mount and the names of namespaces. It caches
   * what it finds. For an unknown socket or namespace, a thread of its own scans /proc, and the
   * watcher waits up to 50 ms: an event whose lookup takes longer has no owner. For one watcher: it
   * is not thread-safe.
   */
  public static OwnerResolver system() {
    return ProcOwnerResolver.ofThisMachine();
  }

  /** Returns a resolver that reads nothing: events have only the kernel's numbers. */
  public static OwnerResolver none() {
    return _ -> Owner.UNKNOWN;
  }
}
