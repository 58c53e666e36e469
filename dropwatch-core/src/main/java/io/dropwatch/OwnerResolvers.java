package io.dropwatch;

import io.dropwatch.internal.owner.NoOwners;
import io.dropwatch.internal.owner.ProcOwnerResolver;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerResolver;

/** Factories of owner resolvers. */
public final class OwnerResolvers {
  private OwnerResolvers() {}

  /**
   * Returns a resolver that reads /proc, the cgroup2 mount and the names of namespaces, on a thread
   * of its own. An event of an unknown socket or namespace waits for up to 100 ms; if the lookup
   * takes longer, it has only the parts of the owner that are known by then. What is found is kept
   * for a second. A socket's process is looked for in the socket's cgroup first, then among all
   * processes; users and cgroups take turns. For one watcher: it is not thread-safe.
   *
   * <p>A container id counts only if root alone could choose the name of the container's cgroup: if
   * all folders above it belong to root and nobody else may write in them. So containers of
   * ordinary users (rootless Podman) have none; their {@link Owner#cgroupPath} shows the name.
   */
  public static OwnerResolver system() {
    return ProcOwnerResolver.ofThisMachine();
  }

  /** Returns a resolver that reads nothing: events have only the kernel's numbers. */
  public static OwnerResolver none() {
    return NoOwners.INSTANCE;
  }
}
