package io.dropwatch.internal.owner;

import io.dropwatch.bpf.LinuxFiles;
import io.dropwatch.internal.owner.CgroupTree.Handles;
import io.dropwatch.model.NetworkNamespace;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerProcess;
import io.dropwatch.model.OwnerQuery;
import io.dropwatch.model.OwnerResolver;
import io.dropwatch.model.OwnerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks up owners in /proc and the cgroup2 mount, on a thread of its own. What is known of a socket
 * is at most a second old. Used by one thread at a time: one for each watcher.
 */
public final class ProcOwnerResolver implements OwnerResolver, OwnerLookup {
  /** The longest time that an event waits for its owner. */
  public static final Duration MAX_WAIT = Duration.ofMillis(100);

  /** The most lookups at a time; an event whose lookup would be one more has no owner. */
  static final int MAX_RUNNING = 4096;

  /** The most lookups at a time of an ordinary user, and of a cgroup. */
  static final int MAX_RUNNING_OF_ONE = 512;

  /** The most owners that are remembered, and the most characters of their names. */
  static final int MAX_KNOWN = 8192;

  static final int MAX_CHARACTERS = 1 << 21;

  private static final long MAX_AGE_NANOS = 1_000_000_000;

  /** Without a cookie, a namespace may be another of the same inode number soon. */
  private static final long MAX_AGE_WITHOUT_COOKIE_NANOS = 50_000_000;

  private static final long POLL_NANOS = 200_000;

  private final Duration maxWait;
  private final OwnerSearch search;
  private final BoundedCache<Request.Key, Owner> known =
      new BoundedCache<>(MAX_KNOWN, MAX_CHARACTERS, (_, owner) -> characters(owner));
  private final Map<Request.Key, Request> running = new HashMap<>();
  private final Map<Long, Integer> runningOfUser = new HashMap<>();
  private final Map<Long, Integer> runningOfCgroup = new HashMap<>();

  ProcOwnerResolver(
      Path proc,
      List<Path> namespaceFolders,
      Handles handles,
      Predicate<Path> isRoots,
      Duration maxWait) {
    this.maxWait = maxWait;
    ProcFiles files = new ProcFiles(proc);
    this.search =
        new OwnerSearch(
            files,
            new CgroupTree(files, handles, isRoots),
            new NamespaceNames(namespaceFolders),
            maxWait.toNanos());
  }

  /** Returns a resolver with the paths that Linux, iproute2 and Docker use. */
  public static ProcOwnerResolver ofThisMachine() {
    return new ProcOwnerResolver(
        Path.of("/proc"),
        List.of(Path.of("/run/netns"), Path.of("/run/docker/netns")),
        LinuxFiles::cgroupPath,
        CgroupMounts::isRootsAlone,
        MAX_WAIT);
  }

  /** Begins to look at all processes, so that the first event need not wait for that. */
  @Override
  public Answer warmUp() {
    OwnerSocket heldByNobody = OwnerSocket.of(0, -1, OwnerSocket.NO_USER, -1);
    Request request = new Request(OwnerQuery.builder().socket(heldByNobody).build(), true);
    search.ask(request);
    return request;
  }

  /** Looks an owner up and waits for it, for callers that have a thread for this. */
  @Override
  public Owner resolve(OwnerQuery query) {
    Owner now = known(query);
    if (now != null) {
      return now;
    }
    Answer answer = ask(query);
    long begin = System.nanoTime();
    while (!answer.isReady()
        && System.nanoTime() - begin < maxWait.toNanos()
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(POLL_NANOS);
    }
    Throwable failure = answer.failure();
    if (failure != null) {
      throw new IllegalStateException("cannot look up an owner", failure);
    }
    return answer.owner();
  }

  @Override
  public @Nullable Owner known(OwnerQuery query) {
    Request.Key key = Request.Key.of(query);
    if (key.inode() == 0 && key.cgroupId() == 0 && key.namespace().inum() == 0) {
      return Owner.UNKNOWN;
    }
    takeDone();
    long maxAge = maxAge(key.namespace());
    BoundedCache.Entry<Owner> entry = known.get(key, maxAge);
    if (entry == null) {
      return null;
    }
    if (entry.olderThan(maxAge / 2)) {
      var _ = ask(query);
    }
    return entry.value();
  }

  private static long maxAge(NetworkNamespace namespace) {
    return namespace.inum() != 0 && namespace.cookie() == 0
        ? MAX_AGE_WITHOUT_COOKIE_NANOS
        : MAX_AGE_NANOS;
  }

  @Override
  public Answer ask(OwnerQuery query) {
    Request request = new Request(query);
    Request same = running.get(request.key);
    if (same != null) {
      return same;
    }
    if (running.size() >= MAX_RUNNING
        || runningOfUser.getOrDefault(request.uid, 0) >= MAX_RUNNING_OF_ONE
        || runningOfCgroup.getOrDefault(request.key.cgroupId(), 0) >= MAX_RUNNING_OF_ONE) {
      return Answer.of(Owner.UNKNOWN);
    }
    running.put(request.key, request);
    count(request, 1);
    search.ask(request);
    return request;
  }

  private void takeDone() {
    for (Request done = search.done(); done != null; done = search.done()) {
      if (running.remove(done.key) != null) {
        count(done, -1);
      }
      if (done.complete) {
        known.put(done.key, done.owner());
      }
    }
  }

  // Root and the kernel, whose sockets have no user, stand for many; so does no cgroup.
  private void count(Request request, int change) {
    if (request.uid > 0) {
      runningOfUser.merge(request.uid, change, ProcOwnerResolver::sum);
    }
    if (request.key.cgroupId() != 0) {
      runningOfCgroup.merge(request.key.cgroupId(), change, ProcOwnerResolver::sum);
    }
  }

  private static @Nullable Integer sum(int before, int change) {
    return before + change == 0 ? null : (Integer) (before + change);
  }

  @Override
  public void close() {
    search.close();
  }

  private static int characters(@Nullable Owner owner) {
    if (owner == null) {
      return 0;
    }
    OwnerProcess process = owner.process();
    return length(owner.cgroupPath())
        + length(owner.networkNamespaceName())
        + length(owner.containerId())
        + (process == null ? 0 : process.comm().length());
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }
}
