package io.dropwatch.internal.owner;

import io.dropwatch.internal.owner.ProcSnapshot.Holder;
import io.dropwatch.model.NetworkNamespace;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerProcess;
import io.dropwatch.model.OwnerQuery;
import io.dropwatch.model.OwnerResolver;
import io.dropwatch.model.OwnerSocket;
import java.io.Serial;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Looks up owners in /proc. What is known of a process is at most a second old: after that its
 * descriptor is read again. Not thread-safe: one for each watcher.
 */
public final class ProcOwnerResolver implements OwnerResolver {
  /** The longest time that an event waits for a scan. */
  private static final Duration MAX_WAIT = Duration.ofMillis(50);

  private static final int MAX_CACHED = 8192;
  private static final long MAX_AGE_NANOS = 1_000_000_000;
  private static final long MAX_NAMESPACE_AGE_NANOS = 10_000_000_000L;

  /** A cached answer, null for "none", and when it was found. */
  private record Cached<T>(@Nullable T value, long at) {
    boolean olderThan(long nanos) {
      return System.nanoTime() - at > nanos;
    }
  }

  private record SocketOwner(Holder holder, OwnerProcess process, @Nullable String container) {}

  /** A map that removes the least recently used entry when it has too many. */
  private static final class LruMap<K, V> extends LinkedHashMap<K, V> {
    @Serial private static final long serialVersionUID = 1;

    LruMap() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > MAX_CACHED;
    }
  }

  private final ProcFiles proc;
  private final NamespaceNames names;
  private final ProcScanner scanner;
  private final Map<Long, Cached<SocketOwner>> processes = new LruMap<>();
  private final Map<Long, Cached<String>> cgroups = new LruMap<>();
  private final Map<NetworkNamespace, Cached<String>> containers = new LruMap<>();

  /** When a namespace was first looked up, while no scan has begun after that. */
  private final Map<NetworkNamespace, Long> waiting = new LruMap<>();

  ProcOwnerResolver(Path proc, List<Path> namespaceFolders, Duration maxWait) {
    this(new ProcFiles(proc), namespaceFolders, ProcSnapshot::take, maxWait);
  }

  /** With another scan, for tests. */
  ProcOwnerResolver(
      ProcFiles proc,
      List<Path> namespaceFolders,
      Function<ProcFiles, ProcSnapshot> scan,
      Duration maxWait) {
    this.proc = proc;
    this.names = new NamespaceNames(namespaceFolders);
    this.scanner = new ProcScanner(() -> scan.apply(proc), maxWait);
  }

  /** Returns a resolver with the paths that Linux, iproute2 and Docker use. */
  public static ProcOwnerResolver ofThisMachine() {
    return new ProcOwnerResolver(
        Path.of("/proc"), List.of(Path.of("/run/netns"), Path.of("/run/docker/netns")), MAX_WAIT);
  }

  @Override
  public Owner resolve(OwnerQuery query) {
    OwnerSocket socket = query.socket();
    SocketOwner process = socket == null || socket.inode() == 0 ? null : process(socket.inode());
    String cgroup = socket == null || socket.cgroupId() == 0 ? null : cgroup(socket.cgroupId());
    NetworkNamespace namespace = query.networkNamespace();
    String container = cgroup == null ? null : ContainerIds.inPath(cgroup);
    if (container == null && process != null) {
      container = process.container();
    }
    if (container == null && process == null && namespace.inum() != 0) {
      container = container(namespace);
    }
    return Owner.of(
        process == null ? null : process.process(),
        cgroup,
        namespace.inum() == 0 ? null : names.of(namespace.inum()),
        container);
  }

  private @Nullable SocketOwner process(long inode) {
    Cached<SocketOwner> known = processes.get(inode);
    if (known != null) {
      SocketOwner value = known.value();
      if (!known.olderThan(MAX_AGE_NANOS)) {
        return value;
      }
      if (value != null && cache(inode, value.holder())) {
        return value(processes, inode);
      }
    }
    Holder holder = scanner.latest().holders().get(inode);
    if (holder != null && cache(inode, holder)) {
      return value(processes, inode);
    }
    boolean complete = scanner.scan();
    holder = scanner.latest().holders().get(inode);
    if (holder != null && cache(inode, holder)) {
      return value(processes, inode);
    }
    if (complete) {
      processes.put(inode, new Cached<>(null, System.nanoTime()));
    }
    return null;
  }

  // Only if the descriptor is still that socket: process ids are reused, inodes rarely.
  private boolean cache(long inode, Holder holder) {
    String comm = proc.comm(holder.pid());
    String container = proc.container(holder.pid());
    if (comm == null || proc.linkNumber(holder.pid() + "/fd/" + holder.fd(), "socket:[") != inode) {
      return false;
    }
    var process = new SocketOwner(holder, OwnerProcess.of(holder.pid(), comm), container);
    processes.put(inode, new Cached<>(process, System.nanoTime()));
    return true;
  }

  private static <K, T> @Nullable T value(Map<K, Cached<T>> map, K key) {
    Cached<T> known = map.get(key);
    return known == null ? null : known.value();
  }

  private @Nullable String cgroup(long id) {
    Cached<String> known = cgroups.get(id);
    if (known != null && (known.value() != null || !known.olderThan(MAX_AGE_NANOS))) {
      return known.value();
    }
    String path = scanner.latest().cgroups().get(id);
    boolean complete = false;
    if (path == null) {
      complete = scanner.scan();
      path = scanner.latest().cgroups().get(id);
    }
    if (path != null || complete) {
      cgroups.put(id, new Cached<>(path, System.nanoTime()));
    }
    return path;
  }

  // Inode numbers of namespaces are reused: only a scan that began after the kernel reported the
  // namespace is valid for it. A pod's first drops come before its containers have started.
  private @Nullable String container(NetworkNamespace namespace) {
    Cached<String> known = containers.get(namespace);
    if (known != null
        && !known.olderThan(known.value() == null ? MAX_AGE_NANOS : MAX_NAMESPACE_AGE_NANOS)) {
      return known.value();
    }
    if (isOfThisMachine(namespace)) {
      containers.put(namespace, new Cached<>(null, System.nanoTime()));
      return null;
    }
    long asked = waiting.computeIfAbsent(namespace, _ -> System.nanoTime());
    if (!scanner.scan() && !scanner.latestBeganAfter(asked)) {
      return known == null ? null : known.value();
    }
    waiting.remove(namespace);
    String container = scanner.latest().containers().get(namespace.inum());
    containers.put(namespace, new Cached<>(container, System.nanoTime()));
    return container;
  }

  // Frequent, and never in a snapshot: not worth a scan.
  private boolean isOfThisMachine(NetworkNamespace namespace) {
    return namespace.inum() == proc.linkNumber("self/ns/net", "net:[")
        || namespace.inum() == proc.linkNumber("1/ns/net", "net:[");
  }
}
