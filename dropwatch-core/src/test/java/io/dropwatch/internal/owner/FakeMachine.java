package io.dropwatch.internal.owner;

import io.dropwatch.model.NetworkNamespace;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerQuery;
import io.dropwatch.model.OwnerSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A /proc and a cgroup2 mount in a folder of a test. */
final class FakeMachine {
  /** Longer than a lookup takes on a busy machine. */
  private static final Duration MAX_WAIT = Duration.ofSeconds(20);

  static final NetworkNamespace HOST = NetworkNamespace.of(100, 1);

  private final Path folder;

  /** Folders of cgroups that a user made. */
  final Set<Path> users = new HashSet<>();

  private final Map<Long, String> ids = new HashMap<>();
  final ProcOwnerResolver resolver;

  /** Whether the kernel refuses to open cgroups by their id. */
  boolean refusesHandles;

  FakeMachine(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(proc("self/ns"));
    Files.createDirectories(cgroupFolder("/"));
    Files.createDirectories(folder.resolve("netns"));
    Files.createSymbolicLink(proc("self/ns/net"), Path.of("net:[100]"));
    Files.writeString(
        proc("self/mountinfo"),
        """
        35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
        36 31 0:33 / %1$s/pids rw,relatime - cgroup cgroup rw,pids
        41 31 0:38 / %1$s/cg\\040roup rw,relatime shared:9 - cgroup2 cgroup2 rw
        """
            .formatted(folder));
    Files.createDirectories(folder.resolve("pids"));
    resolver =
        new ProcOwnerResolver(
            folder.resolve("proc"),
            List.of(folder.resolve("netns")),
            this::path,
            made -> !users.contains(made),
            MAX_WAIT);
  }

  private @Nullable String path(Path mount, long id) throws IOException {
    if (refusesHandles) {
      throw new IOException("EPERM at " + mount);
    }
    return ids.get(id);
  }

  Path proc(String path) {
    return folder.resolve("proc").resolve(path);
  }

  Path netns(String name) {
    return folder.resolve("netns").resolve(name);
  }

  /** Returns the folder of a cgroup (v2). */
  Path cgroupFolder(String path) {
    return folder.resolve("cg roup").resolve(path.substring(1));
  }

  /** Makes a cgroup (v2) with processes, and returns its id. */
  long cgroup(String path, int... processes) throws IOException {
    Path made = Files.createDirectories(cgroupFolder(path));
    StringBuilder pids = new StringBuilder();
    for (int pid : processes) {
      pids.append(pid).append('\n');
    }
    Files.writeString(made.resolve("cgroup.procs"), pids);
    long id = ((Number) Files.getAttribute(made, "unix:ino")).longValue();
    ids.put(id, path);
    return id;
  }

  /** Makes a process whose descriptors from 3 on are sockets. */
  void process(int pid, String comm, int uid, int namespace, String cgroups, long... sockets)
      throws IOException {
    Path process = proc(Integer.toString(pid));
    Files.createDirectories(process.resolve("fd"));
    Files.createDirectories(process.resolve("ns"));
    Files.writeString(process.resolve("comm"), comm + "\n");
    Files.writeString(process.resolve("cgroup"), cgroups + "\n");
    status(pid, uid, Math.max(64, sockets.length + 8));
    Files.createSymbolicLink(process.resolve("ns/net"), Path.of("net:[" + namespace + "]"));
    Files.createSymbolicLink(process.resolve("fd/0"), Path.of("/dev/null"));
    for (int i = 0; i < sockets.length; i++) {
      socket(pid, 3 + i, sockets[i]);
    }
  }

  void status(int pid, int uid, int descriptors) throws IOException {
    Files.writeString(
        proc(pid + "/status"),
        "Name:\tUid:\t7\nUid:\t%1$d\t%1$d\t%1$d\t%1$d\nFDSize:\t%2$d\n"
            .formatted(uid, descriptors));
  }

  /** Gives a process a table of descriptors that takes minutes to read. */
  void manyDescriptors(int pid, int uid) throws IOException {
    status(pid, uid, 1 << 30);
  }

  void socket(int pid, int fd, long inode) throws IOException {
    Path descriptor = proc(pid + "/fd/" + fd);
    Files.deleteIfExists(descriptor);
    Files.createSymbolicLink(descriptor, Path.of("socket:[" + inode + "]"));
  }

  static OwnerQuery query(long inode, long uid, long cgroupId, NetworkNamespace namespace) {
    OwnerSocket socket =
        inode == 0 && cgroupId == 0 ? null : OwnerSocket.of(0, inode, uid, cgroupId);
    return OwnerQuery.builder().socket(socket).networkNamespace(namespace).build();
  }

  Owner owner(long inode, long uid, long cgroupId, NetworkNamespace namespace) {
    return resolver.resolve(query(inode, uid, cgroupId, namespace));
  }

  Owner owner(long inode) {
    return owner(inode, 0, 0, HOST);
  }

  Owner ownerIn(long cgroupId, NetworkNamespace namespace) {
    return owner(0, 0, cgroupId, namespace);
  }
}
