package io.dropwatch.internal.owner;

import io.dropwatch.internal.owner.ProcFiles.Status;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Goes through all processes, a part at a time: for the container of each network namespace, then
 * for their sockets, taking turns between users. Processes that end meanwhile, or may not be read
 * (hidepid, no CAP_SYS_PTRACE), are left out. Not thread-safe.
 */
final class MachineScan {
  /** Commands of the containers that hold a pod's namespaces, of Kubernetes and Podman. */
  private static final Set<String> PAUSE_COMMANDS = Set.of("pause", "catatonit");

  /** The most namespaces and containers that are distinguished. */
  static final int MAX_NAMESPACES = 1 << 14;

  private record Listed(int pid, Status status) {}

  private final ProcFiles proc;
  private final IntFunction<@Nullable String> containerOf;
  private final DescriptorScan descriptors;
  private final Map<Long, Set<String>> containers = new HashMap<>();
  private final Map<Long, Set<String>> pauseContainers = new HashMap<>();
  private final Map<Long, Deque<Listed>> byUser = new HashMap<>();
  private Map<Long, String> found = Map.of();
  private int[] processes = new int[0];
  private int looked;
  private long own;
  private long inits;
  private boolean looking;
  private boolean wantsLook;
  private boolean wantsSockets;
  private boolean socketsHadTheirTurn;
  private long looks;

  /**
   * @param containerOf the container of a process; null: none
   */
  MachineScan(ProcFiles proc, SocketTable table, IntFunction<@Nullable String> containerOf) {
    this.proc = proc;
    this.containerOf = containerOf;
    this.descriptors = new DescriptorScan(proc, table, -1);
  }

  /** Returns the number of {@link #looks} from which on one has begun after this call. */
  long nextLook() {
    wantsLook = true;
    return looks + (looking ? 2 : 1);
  }

  /** Returns how often the namespaces of all processes were read. */
  long looks() {
    return looks;
  }

  /** Wants the sockets too: returns the number of {@link #socketScans} that has them. */
  long nextSocketScan() {
    wantsSockets = true;
    return descriptors.next();
  }

  /** Returns how often the sockets of all processes were read. */
  long socketScans() {
    return descriptors.completed();
  }

  /**
   * Returns the container of a network namespace, if the processes in it belong to exactly one; a
   * pod's pause container counts only if it is the only one. The machine's own namespace has none.
   */
  @Nullable String container(long namespace) {
    return found.get(namespace);
  }

  /** Goes on until a {@link System#nanoTime}. */
  void run(long until) {
    boolean sockets = descriptors.isRunning();
    boolean look = looking || wantsLook || (wantsSockets && !sockets);
    if (sockets && !(look && socketsHadTheirTurn)) {
      socketsHadTheirTurn = true;
      descriptors.run(until);
    } else if (look) {
      socketsHadTheirTurn = false;
      look(until);
    }
  }

  private void look(long until) {
    if (!looking) {
      begin();
    }
    while (looked < processes.length && System.nanoTime() - until < 0) {
      look(processes[looked++]);
    }
    if (looked == processes.length) {
      end();
    }
  }

  private void begin() {
    processes = ProcFiles.parentsFirst(proc.processes());
    looked = 0;
    containers.clear();
    pauseContainers.clear();
    byUser.clear();
    own = proc.namespace("self");
    inits = proc.namespace("1");
    looking = true;
    wantsLook = false;
  }

  private void look(int pid) {
    long namespace = proc.namespace(Integer.toString(pid));
    Status status = namespace == 0 ? null : proc.status(pid);
    if (status == null) {
      return;
    }
    byUser.computeIfAbsent(status.uid(), _ -> new ArrayDeque<>()).add(new Listed(pid, status));
    // The host's namespace does not belong to the containers that use it.
    if (namespace == own || namespace == inits) {
      return;
    }
    String container = containerOf.apply(pid);
    if (container != null) {
      String comm = proc.comm(pid);
      var kind = comm != null && PAUSE_COMMANDS.contains(comm) ? pauseContainers : containers;
      if (kind.size() < MAX_NAMESPACES || kind.containsKey(namespace)) {
        Set<String> ids = kind.computeIfAbsent(namespace, _ -> new HashSet<>());
        if (ids.size() < 2) {
          ids.add(container);
        }
      }
    }
  }

  private void end() {
    // A pause container sends nothing: it stands for its pod if the pod has no other container.
    Map<Long, String> only = only(pauseContainers);
    containers.keySet().forEach(only::remove);
    only.putAll(only(containers));
    found = only;
    looking = false;
    looks++;
    if (wantsSockets && !descriptors.isRunning()) {
      wantsSockets = false;
      descriptors.begin(new int[0]);
      takeTurns();
    }
    byUser.clear();
  }

  private void takeTurns() {
    Deque<Deque<Listed>> users = new ArrayDeque<>(byUser.values());
    while (!users.isEmpty()) {
      Deque<Listed> user = users.remove();
      Listed process = user.remove();
      descriptors.add(process.pid(), process.status());
      if (!user.isEmpty()) {
        users.add(user);
      }
    }
  }

  private static Map<Long, String> only(Map<Long, Set<String>> ofNamespaces) {
    Map<Long, String> only = new HashMap<>();
    ofNamespaces.forEach(
        (namespace, ids) -> {
          if (ids.size() == 1) {
            only.put(namespace, ids.iterator().next());
          }
        });
    return only;
  }
}
