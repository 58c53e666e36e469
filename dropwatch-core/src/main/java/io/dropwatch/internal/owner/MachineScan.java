package io.dropwatch.internal.owner;

import io.dropwatch.internal.owner.Snapshot.Holder;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One look through /proc: the sockets, network namespace and container of every process. Processes
 * end while it runs, and some may not be looked at (hidepid, no CAP_SYS_PTRACE): they are left out.
 */
final class MachineScan {
  private static final String SOCKET = "socket:[";
  private static final String NAMESPACE = "net:[";
  private static final int MOST_SOCKETS = 1 << 18;
  private static final int INIT = 1;

  /** What keeps the namespaces of a pod open: Kubernetes' and Podman's commands for it. */
  private static final Set<String> KEEPERS = Set.of("pause", "catatonit");

  private final ProcFiles proc;
  private final Map<Long, Holder> holders = new HashMap<>();
  private final Map<Long, Set<String>> containers = new HashMap<>();
  private final Map<Long, Set<String>> sandboxes = new HashMap<>();

  private MachineScan(ProcFiles proc) {
    this.proc = proc;
  }

  static Snapshot run(ProcFiles proc) {
    return new MachineScan(proc).scan();
  }

  private Snapshot scan() {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(proc.root(), "[0-9]*")) {
      for (Path entry : entries) {
        int pid = number(entry);
        if (pid > 0) {
          visit(pid);
        }
      }
    } catch (IOException | DirectoryIteratorException _) {
      // What was found until then is right.
    }
    // A sandbox has nothing to send: it stands for its pod where no other container does.
    Map<Long, String> only = only(sandboxes);
    containers.keySet().forEach(only::remove);
    only.putAll(only(containers));
    // Containers on the host's network do not make it theirs.
    for (String process : new String[] {"1", "self"}) {
      only.remove(proc.linkNumber(process + "/ns/net", NAMESPACE));
    }
    return new Snapshot(holders, only, CgroupTree.read(proc.root()));
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

  private void visit(int pid) {
    long namespace = proc.linkNumber(pid + "/ns/net", NAMESPACE);
    if (namespace != 0) {
      String container = proc.container(pid);
      if (container != null) {
        String comm = proc.comm(pid);
        boolean keeper = comm != null && KEEPERS.contains(comm);
        (keeper ? sandboxes : containers)
            .computeIfAbsent(namespace, _ -> new HashSet<>())
            .add(container);
      }
    }
    try (DirectoryStream<Path> descriptors =
        Files.newDirectoryStream(proc.root().resolve(pid + "/fd"))) {
      for (Path descriptor : descriptors) {
        long inode = proc.linkNumber(descriptor, SOCKET);
        if (inode != 0 && holders.size() < MOST_SOCKETS) {
          holders.merge(inode, new Holder(pid, number(descriptor)), MachineScan::better);
        }
      }
    } catch (IOException | DirectoryIteratorException _) {
      // Ended, or not ours to look at.
    }
  }

  // With several, the one that made it rather than its children, but not a socket-activating init.
  private static Holder better(Holder a, Holder b) {
    if (a.pid() == INIT || b.pid() == INIT) {
      return a.pid() == INIT ? b : a;
    }
    return a.pid() <= b.pid() ? a : b;
  }

  private static int number(Path file) {
    @Nullable Path name = file.getFileName();
    try {
      return Integer.parseInt(String.valueOf(name));
    } catch (NumberFormatException _) {
      return -1;
    }
  }
}
