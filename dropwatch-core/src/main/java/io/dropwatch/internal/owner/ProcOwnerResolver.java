package io.dropwatch.internal.owner;

import io.dropwatch.internal.owner.Snapshot.Holder;
import io.dropwatch.model.NetworkNamespace;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerProcess;
import io.dropwatch.model.OwnerQuery;
import io.dropwatch.model.OwnerResolver;
import io.dropwatch.model.OwnerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Owners by /proc. Every answer about a process was right within the last second: it is kept that
 * long, then the descriptor is looked at again. Not thread-safe: for one watcher.
 */
public final class ProcOwnerResolver implements OwnerResolver {
  private static final int MOST_KEPT = 8192;
  private static final long FRESH_NANOS = 1_000_000_000;
  private static final long NAMESPACE_NANOS = 10_000_000_000L;

  /** What is known of a socket: its process, or that it has none; and since when. */
  private record Known<T>(@Nullable T value, long at) {
    boolean olderThan(long nanos) {
      return System.nanoTime() - at > nanos;
    }
  }

  private record Holding(Holder holder, OwnerProcess process, @Nullable String container) {}

  private final ProcFiles proc;
  private final NamespaceNames names;
  private final Scans scans;
  private final Map<Long, Known<Holding>> processes = new RecentMap<>(MOST_KEPT);
  private final Map<Long, Known<String>> cgroups = new RecentMap<>(MOST_KEPT);
  private final Map<NetworkNamespace, Known<String>> containers = new RecentMap<>(MOST_KEPT);

  /** Since when a look is waited for, where one takes longer than an event may wait. */
  private final Map<NetworkNamespace, Long> waiting = new RecentMap<>(MOST_KEPT);

  ProcOwnerResolver(Path proc, List<Path> namespaceFolders) {
    this(new ProcFiles(proc), namespaceFolders, MachineScan::run);
  }

  /** With another way to look through the machine. */
  ProcOwnerResolver(
      ProcFiles proc, List<Path> namespaceFolders, Function<ProcFiles, Snapshot> scanner) {
    this.proc = proc;
    this.names = new NamespaceNames(namespaceFolders);
    this.scans = new Scans(() -> scanner.apply(proc));
  }

  /** From the places where Linux, iproute2 and Docker have them. */
  public static ProcOwnerResolver ofThisMachine() {
    return new ProcOwnerResolver(
        Path.of("/proc"), List.of(Path.of("/run/netns"), Path.of("/run/docker/netns")));
  }

  @Override
  public Owner resolve(OwnerQuery query) {
    OwnerSocket socket = query.socket();
    Holding process = socket == null || socket.inode() == 0 ? null : process(socket.inode());
    String cgroup = socket == null || socket.cgroupId() == 0 ? null : cgroup(socket.cgroupId());
    NetworkNamespace namespace = query.networkNamespace();
    String container = cgroup == null ? null : ContainerIds.inPath(cgroup);
    if (container == null && process != null) {
      container = process.container();
    }
    if (container == null && process == null && namespace.inum() != 0) {
      container = container(namespace);
    }
    return new Owner(
        process == null ? null : process.process(),
        cgroup,
        namespace.inum() == 0 ? null : names.of(namespace.inum()),
        container);
  }

  private @Nullable Holding process(long inode) {
    Known<Holding> known = processes.get(inode);
    if (known != null) {
      Holding value = known.value();
      if (!known.olderThan(FRESH_NANOS)) {
        return value;
      }
      if (value != null && remember(inode, value.holder())) {
        return fresh(processes, inode);
      }
    }
    Holder holder = scans.known().holders().get(inode);
    if (holder != null && remember(inode, holder)) {
      return fresh(processes, inode);
    }
    boolean complete = scans.look();
    holder = scans.known().holders().get(inode);
    if (holder != null && remember(inode, holder)) {
      return fresh(processes, inode);
    }
    if (complete) {
      processes.put(inode, new Known<>(null, System.nanoTime()));
    }
    return null;
  }

  // Only if the descriptor still is that socket: process ids are used again, inodes hardly.
  private boolean remember(long inode, Holder holder) {
    String comm = proc.comm(holder.pid());
    String container = proc.container(holder.pid());
    if (comm == null || proc.linkNumber(holder.pid() + "/fd/" + holder.fd(), "socket:[") != inode) {
      return false;
    }
    var process = new Holding(holder, new OwnerProcess(holder.pid(), comm), container);
    processes.put(inode, new Known<>(process, System.nanoTime()));
    return true;
  }

  private static <K, T> @Nullable T fresh(Map<K, Known<T>> map, K key) {
    Known<T> known = map.get(key);
    return known == null ? null : known.value();
  }

  private @Nullable String cgroup(long id) {
    Known<String> known = cgroups.get(id);
    if (known != null && (known.value() != null || !known.olderThan(FRESH_NANOS))) {
      return known.value();
    }
    String path = scans.known().cgroups().get(id);
    boolean complete = false;
    if (path == null) {
      complete = scans.look();
      path = scans.known().cgroups().get(id);
    }
    if (path != null || complete) {
      cgroups.put(id, new Known<>(path, System.nanoTime()));
    }
    return path;
  }

  // Inodes of namespaces are used again: only a look tells whose this one is that began after the
  // kernel had named it. A pod's first drops come before its containers have started.
  private @Nullable String container(NetworkNamespace namespace) {
    Known<String> known = containers.get(namespace);
    if (known != null && !known.olderThan(known.value() == null ? FRESH_NANOS : NAMESPACE_NANOS)) {
      return known.value();
    }
    if (isOfThisMachine(namespace)) {
      containers.put(namespace, new Known<>(null, System.nanoTime()));
      return null;
    }
    long asked = waiting.computeIfAbsent(namespace, _ -> System.nanoTime());
    if (!scans.look() && !scans.lastBeganAfter(asked)) {
      return known == null ? null : known.value();
    }
    waiting.remove(namespace);
    String container = scans.known().containers().get(namespace.inum());
    containers.put(namespace, new Known<>(container, System.nanoTime()));
    return container;
  }

  // Asked often and found in no look: not worth one.
  private boolean isOfThisMachine(NetworkNamespace namespace) {
    return namespace.inum() == proc.linkNumber("self/ns/net", "net:[")
        || namespace.inum() == proc.linkNumber("1/ns/net", "net:[");
  }
}
