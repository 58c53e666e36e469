package io.dropwatch.internal.owner;

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
 * The processes, containers and cgroups of the machine, as one scan of /proc found them.
 *
 * @param holders a descriptor of each open socket, by the socket's inode
 * @param containers the container of each network namespace, by its inode number, if the processes
 *     in it belong to exactly one; a pod's pause container counts only if it is the only one. The
 *     machine's own namespace is not in it
 * @param cgroups paths of cgroups (v2) by id
 */
record ProcSnapshot(
    Map<Long, Holder> holders, Map<Long, String> containers, Map<Long, String> cgroups) {
  static final ProcSnapshot EMPTY = new ProcSnapshot(Map.of(), Map.of(), Map.of());

  /**
   * A descriptor of a process.
   *
   * @param pid process
   * @param fd the descriptor's number
   */
  record Holder(int pid, int fd) {}

  /**
   * Scans /proc. Processes that end meanwhile, or may not be read (hidepid, no CAP_SYS_PTRACE), are
   * left out.
   */
  static ProcSnapshot take(ProcFiles proc) {
    return new Scan(proc).run();
  }

  private static final class Scan {
    private static final String SOCKET = "socket:[";
    private static final String NAMESPACE = "net:[";
    private static final int MAX_SOCKETS = 1 << 18;
    private static final int INIT = 1;

    /** Commands of the containers that hold a pod's namespaces, of Kubernetes and Podman. */
    private static final Set<String> PAUSE_COMMANDS = Set.of("pause", "catatonit");

    private final ProcFiles proc;
    private final Map<Long, Holder> holders = new HashMap<>();
    private final Map<Long, Set<String>> containers = new HashMap<>();
    private final Map<Long, Set<String>> pauseContainers = new HashMap<>();

    Scan(ProcFiles proc) {
      this.proc = proc;
    }

    ProcSnapshot run() {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(proc.root(), "[0-9]*")) {
        for (Path entry : entries) {
          int pid = number(entry);
          if (pid > 0) {
            visit(pid);
          }
        }
      } catch (IOException | DirectoryIteratorException _) {
        // What was found before is valid.
      }
      // A pause container sends nothing: it stands for its pod if the pod has no other container.
      Map<Long, String> only = only(pauseContainers);
      containers.keySet().forEach(only::remove);
      only.putAll(only(containers));
      // The host's namespace does not belong to the containers that use it.
      for (String process : new String[] {"1", "self"}) {
        only.remove(proc.linkNumber(process + "/ns/net", NAMESPACE));
      }
      return new ProcSnapshot(holders, only, CgroupTree.read(proc.root()));
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
          boolean pause = comm != null && PAUSE_COMMANDS.contains(comm);
          (pause ? pauseContainers : containers)
              .computeIfAbsent(namespace, _ -> new HashSet<>())
              .add(container);
        }
      }
      try (DirectoryStream<Path> descriptors =
          Files.newDirectoryStream(proc.root().resolve(pid + "/fd"))) {
        for (Path descriptor : descriptors) {
          long inode = proc.linkNumber(descriptor, SOCKET);
          if (inode != 0 && holders.size() < MAX_SOCKETS) {
            holders.merge(inode, new Holder(pid, number(descriptor)), Scan::better);
          }
        }
      } catch (IOException | DirectoryIteratorException _) {
        // The process has ended, or may not be read.
      }
    }

    // Of several processes the parent, which made the socket, except an init that activates
    // sockets.
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
}
