package io.dropwatch.internal.owner;

import io.dropwatch.internal.owner.CgroupTree.Cgroup;
import io.dropwatch.internal.owner.Request.Holder;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerProcess;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests on a thread of its own, which ends when there are none for a while. A socket is
 * looked for among those seen before, then in the processes of its cgroup, those of its user first,
 * then in all processes. Each request gets a short time in its turn, and the thread a share of a
 * CPU.
 */
final class OwnerSearch {
  /** How long a request may take in its turn, and the scan of the machine between two turns. */
  private static final long TURN_NANOS = 500_000;

  private static final int MAX_TURNS = 32;

  /** How many turns a lookup takes that finds its socket where most are. */
  private static final int MAX_QUICK_TURNS = 20;

  /**
   * How long a request lives, in times that its event waits (2 s). What is found after the event
   * has gone serves the next one.
   */
  private static final int MAX_AGE_WAITS = 20;

  private static final long SLOW_FOR_NANOS = 1_000_000_000L;
  private static final long HOLDER_AGE_NANOS = 1_000_000_000L;
  private static final long CONTAINER_AGE_NANOS = 10_000_000_000L;
  private static final long NO_CONTAINER_AGE_NANOS = 1_000_000_000L;
  private static final long IDLE_MILLIS = 1000;

  private static final int MAX_SCANS = 256;
  private static final int MAX_NAMES = 4096;
  private static final int MAX_CHARACTERS = 1 << 20;

  private enum Next {
    DONE,
    TURN,
    WAIT
  }

  private record Origin(String subtree, long uid) {}

  private record ScanKey(long cgroupId, long uid) {}

  private final long maxWait;
  private final ProcFiles proc;
  private final CgroupTree cgroups;
  private final NamespaceNames names;
  private final SocketTable table = new SocketTable();
  private final MachineScan machine;
  private final FairQueue<Request> turns = new FairQueue<>();

  /** Those that wait for the scan of the machine. */
  private final FairQueue<Request> waiting = new FairQueue<>();

  private final BoundedCache<ScanKey, DescriptorScan> scans =
      new BoundedCache<>(MAX_SCANS, Integer.MAX_VALUE, (_, _) -> 0);
  private final BoundedCache<Integer, Holder> holders =
      new BoundedCache<>(MAX_NAMES, Integer.MAX_VALUE, (_, _) -> 0);
  private final BoundedCache<String, String> containers =
      new BoundedCache<>(MAX_NAMES, MAX_CHARACTERS, (lines, _) -> lines.length());
  private final BoundedCache<Long, String> namespaces =
      new BoundedCache<>(MAX_NAMES, Integer.MAX_VALUE, (_, _) -> 0);
  private final BoundedCache<Origin, Boolean> slow =
      new BoundedCache<>(MAX_NAMES, MAX_CHARACTERS, (origin, _) -> origin.subtree().length());

  // Half of a CPU for requests, a tenth for the scan of the machine. What is saved lets the first
  // scan
  // of most machines end while the probe is loaded.
  private final Budget forRequests = new Budget(2, 100);
  private final Budget forMachine = new Budget(10, 500);

  private final BlockingQueue<Request> asked = new LinkedBlockingQueue<>();
  private final Queue<Request> done = new ConcurrentLinkedQueue<>();
  private @Nullable Thread thread;

  /**
   * @param maxWait nanoseconds that an event waits for its owner
   */
  OwnerSearch(ProcFiles proc, CgroupTree cgroups, NamespaceNames names, long maxWait) {
    this.maxWait = maxWait;
    this.proc = proc;
    this.cgroups = cgroups;
    this.names = names;
    this.machine = new MachineScan(proc, table, this::container);
  }

  /** Begins a request. */
  synchronized void ask(Request request) {
    asked.add(request);
    if (thread == null) {
      thread = Thread.ofPlatform().daemon().name("dropwatch-owners").start(this::run);
    }
  }

  /** Returns a request that has ended, once; null when there is none. */
  @Nullable Request done() {
    return done.poll();
  }

  /** Ends the thread. */
  synchronized void close() {
    if (thread != null) {
      thread.interrupt();
    }
  }

  private void run() {
    try {
      boolean idle = false;
      while (!idle || !isOver()) {
        for (Request next = asked.poll(); next != null; next = asked.poll()) {
          admit(next);
        }
        boolean worked = serve();
        worked |= scanMachine();
        idle = !worked && !awaitRequest();
      }
    } catch (InterruptedException _) {
      giveUpAll();
    } catch (RuntimeException | Error e) {
      giveUpAll();
      throw e;
    }
  }

  /** Waits for a request, or for time to go on; returns false when nothing is left to do. */
  private boolean awaitRequest() throws InterruptedException {
    boolean pending = !turns.isEmpty() || !waiting.isEmpty();
    Request next = asked.poll(pending ? 1 : IDLE_MILLIS, TimeUnit.MILLISECONDS);
    if (next != null) {
      admit(next);
    }
    return pending || next != null;
  }

  private synchronized boolean isOver() {
    if (asked.isEmpty()) {
      thread = null;
    }
    return thread == null;
  }

  private synchronized void giveUpAll() {
    thread = null;
    for (Request next = turns.poll(); next != null; next = turns.poll()) {
      giveUp(next);
    }
    for (Request next = waiting.poll(); next != null; next = waiting.poll()) {
      giveUp(next);
    }
    for (Request next = asked.poll(); next != null; next = asked.poll()) {
      giveUp(next);
    }
  }

  private void admit(Request request) {
    long id = request.key.cgroupId();
    request.cgroup = id == 0 ? null : cgroups.cached(id);
    request.cgroupKnown = id == 0 || request.cgroup != null;
    if (!turns.offer(request.subtree(), request.uid, request)) {
      giveUp(request);
    }
  }

  private boolean serve() {
    long begin = System.nanoTime();
    if (turns.isEmpty() || !forRequests.allows(begin)) {
      return false;
    }
    for (int i = 0; i < MAX_TURNS && System.nanoTime() - begin < TURN_NANOS; i++) {
      Request request = turns.poll();
      if (request == null) {
        break;
      }
      put(request, advance(request));
    }
    forRequests.spend(System.nanoTime() - begin);
    return true;
  }

  private boolean scanMachine() {
    long begin = System.nanoTime();
    if (waiting.isEmpty() || !forMachine.allows(begin)) {
      return false;
    }
    machine.run(begin + TURN_NANOS);
    waiting.removeIf(
        request -> {
          Next next = advance(request);
          if (next == Next.WAIT) {
            releaseIfSlow(request, next);
          } else {
            put(request, next);
          }
          return next != Next.WAIT;
        });
    forMachine.spend(System.nanoTime() - begin);
    return true;
  }

  private void put(Request request, Next next) {
    boolean kept =
        switch (next) {
          case TURN -> turns.offer(request.subtree(), request.uid, request);
          case WAIT -> waiting.offer(request.subtree(), request.uid, request);
          case DONE -> true;
        };
    if (!kept) {
      giveUp(request);
    } else if (next != Next.DONE) {
      releaseIfSlow(request, next);
    }
  }

  // A user whose lookups needed many turns, or waited for the machine nearly as long as an event
  // waits, does not hold up events with such lookups for a second.
  private void releaseIfSlow(Request request, Next next) {
    boolean waits = next == Next.WAIT;
    Origin origin = new Origin(request.subtree(), request.uid);
    if (waits
        ? System.nanoTime() - request.begunAt > maxWait / 5 * 4
        : request.turns > MAX_QUICK_TURNS) {
      slow.put(origin, true);
    }
    if (!request.awaited
        && !request.isReady()
        && (waits || request.turns > MAX_QUICK_TURNS)
        && slow.get(origin, SLOW_FOR_NANOS) != null) {
      publish(request);
      request.release();
    }
  }

  private Next advance(Request request) {
    try {
      Next next = find(request);
      if (next != Next.DONE && System.nanoTime() - request.askedAt < MAX_AGE_WAITS * maxWait) {
        return next;
      }
      request.complete = true;
      publish(request);
      request.release();
    } catch (RuntimeException | Error e) {
      request.fail(e);
    }
    done.add(request);
    return Next.DONE;
  }

  private void giveUp(Request request) {
    if (request.cgroup != null) {
      publish(request);
    }
    request.release();
    done.add(request);
  }

  private Next find(Request request) {
    if (request.begunAt == 0) {
      request.begunAt = System.nanoTime();
    }
    request.turns++;
    if (!request.cgroupKnown) {
      // Another turn, now that it is known whose turn that is.
      request.cgroup = cgroups.of(request.key.cgroupId());
      request.cgroupKnown = true;
      publish(request);
      return Next.TURN;
    }
    long inode = request.key.inode();
    if (inode != 0 && request.holder == null) {
      request.holder = holder(inode);
      Next next = request.holder == null ? scanFor(request, inode) : Next.DONE;
      if (next != Next.DONE) {
        return next;
      }
    }
    return needsNamespace(request) ? lookForContainer(request) : Next.DONE;
  }

  private Next scanFor(Request request, long inode) {
    DescriptorScan scan = request.scan;
    if (scan == null) {
      scan = scan(request);
      request.scan = scan;
      request.cgroupScan = scan.next();
      if (request.pid != 0) {
        scan.readFirst(request.pid, System.nanoTime() + TURN_NANOS);
        request.holder = holder(inode);
      }
    }
    if (request.holder == null && scan.completed() < request.cgroupScan) {
      if (!scan.isRunning()) {
        Cgroup cgroup = request.cgroup;
        Path folder = cgroup == null ? null : cgroup.folder();
        scan.begin(folder == null ? new int[0] : proc.processesIn(folder));
      }
      scan.run(System.nanoTime() + TURN_NANOS);
      request.holder = holder(inode);
      if (request.holder == null && scan.completed() < request.cgroupScan) {
        return Next.TURN;
      }
    }
    if (request.holder == null && request.machineScan == Request.NOT_BEGUN) {
      request.machineScan = machine.nextSocketScan();
    }
    return request.holder == null && machine.socketScans() < request.machineScan
        ? Next.WAIT
        : Next.DONE;
  }

  private DescriptorScan scan(Request request) {
    ScanKey key = new ScanKey(request.key.cgroupId(), request.uid);
    BoundedCache.Entry<DescriptorScan> known = scans.get(key, Long.MAX_VALUE);
    DescriptorScan scan = known == null ? null : known.value();
    if (scan == null) {
      scan = new DescriptorScan(proc, table, request.uid);
      scans.put(key, scan);
    }
    return scan;
  }

  // A cgroup says where a process is; only without one its namespace stands for it.
  private static boolean needsNamespace(Request request) {
    return request.cgroup == null && request.holder == null && request.key.namespace().inum() != 0;
  }

  // Inode numbers of namespaces are reused: only a look that began after the kernel reported the
  // namespace is valid for it. A pod's first drops come before its containers have started.
  private Next lookForContainer(Request request) {
    long inum = request.key.namespace().inum();
    if (containerOf(request) != null || namespaces.get(inum, NO_CONTAINER_AGE_NANOS) != null) {
      return Next.DONE;
    }
    if (inum == proc.namespace("self") || inum == proc.namespace("1")) {
      // Frequent, and never with a container: not worth a look at all processes.
      namespaces.put(inum, null);
      return Next.DONE;
    }
    if (request.namespaceLook == Request.NOT_BEGUN) {
      request.namespaceLook = machine.nextLook();
    }
    if (machine.looks() < request.namespaceLook) {
      return Next.WAIT;
    }
    namespaces.put(inum, machine.container(inum));
    return Next.DONE;
  }

  private void publish(Request request) {
    long inum = request.key.namespace().inum();
    Cgroup cgroup = request.cgroup;
    Holder holder = request.holder;
    request.set(
        Owner.of(
            holder == null ? null : holder.process(),
            cgroup == null ? null : cgroup.path(),
            inum == 0 ? null : names.of(inum),
            containerOf(request)));
  }

  private @Nullable String containerOf(Request request) {
    Cgroup cgroup = request.cgroup;
    Holder holder = request.holder;
    if (cgroup != null && cgroup.container() != null) {
      return cgroup.container();
    }
    if (holder != null) {
      return holder.container();
    }
    long inum = request.key.namespace().inum();
    BoundedCache.Entry<String> known =
        needsNamespace(request) ? namespaces.get(inum, CONTAINER_AGE_NANOS) : null;
    return known == null ? null : known.value();
  }

  // Only if the descriptor is still that socket: process ids are reused, inodes rarely.
  private @Nullable Holder holder(long inode) {
    SocketTable.Holder at = table.get(inode);
    if (at == null) {
      return null;
    }
    int pid = at.pid();
    if (proc.socket(pid, at.fd()) != inode) {
      table.remove(inode);
      return null;
    }
    BoundedCache.Entry<Holder> known = holders.get(pid, HOLDER_AGE_NANOS);
    if (known != null) {
      return known.value();
    }
    String comm = proc.comm(pid);
    if (comm == null) {
      return null;
    }
    Holder holder = new Holder(OwnerProcess.of(pid, comm), container(pid));
    holders.put(pid, holder);
    return holder;
  }

  private @Nullable String container(int pid) {
    String lines = proc.cgroups(pid);
    if (lines == null) {
      return null;
    }
    BoundedCache.Entry<String> known = containers.get(lines, CONTAINER_AGE_NANOS);
    if (known != null) {
      return known.value();
    }
    String container = cgroups.mounts().containerInLines(lines);
    containers.put(lines, container);
    return container;
  }
}
