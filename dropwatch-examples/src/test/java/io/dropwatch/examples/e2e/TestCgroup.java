package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A cgroup of a test: in the v2 hierarchy, mounted for the test if it is not, and under the same
 * path in the v1 hierarchy of memory if that is where memory is accounted; or in a v1 hierarchy of
 * the test's own only, as on a machine without v2.
 */
final class TestCgroup implements AutoCloseable {
  private final String path;
  private final @Nullable Path ownMount;
  private final List<Path> folders = new ArrayList<>();
  private final Deque<Path> made = new ArrayDeque<>();

  private TestCgroup(String path, boolean v2) throws IOException {
    this.path = path;
    Path mounted = v2 ? mountPoint("cgroup2", "") : null;
    Path mount = mounted != null ? mounted : Files.createTempDirectory("dropwatch-cgroup");
    ownMount = mounted != null ? null : mount;
    if (mounted == null && v2) {
      run("mount", "-t", "cgroup2", "none", mount.toString());
    } else if (mounted == null) {
      String name = "none,name=" + mount.getFileName();
      run("mount", "-t", "cgroup", "-o", name, "none", mount.toString());
    }
    folders.add(make(mount));
    Path memory = v2 ? mountPoint("cgroup", "memory") : null;
    if (memory != null) {
      Path folder = make(memory);
      folders.add(folder);
      if (Files.exists(folder.resolve("memory.kmem.tcp.limit_in_bytes"))) {
        // Sockets are accounted to memory cgroups of v1 only where they have a limit.
        Files.writeString(folder.resolve("memory.kmem.tcp.limit_in_bytes"), "1000000000");
      }
    }
  }

  /**
   * Makes it in v2.
   *
   * @param path below the mount, beginning with a slash
   */
  static TestCgroup make(String path) throws IOException {
    return new TestCgroup(path, true);
  }

  /** Makes it in v1 only; in v2 its processes stay where they are. */
  static TestCgroup makeV1(String path) throws IOException {
    return new TestCgroup(path, false);
  }

  // Runtimes of this machine may have folders of these names: what is there stays there.
  private Path make(Path mount) throws IOException {
    Path folder = mount;
    for (String name : path.substring(1).split("/", -1)) {
      folder = folder.resolve(name);
      if (!Files.exists(folder)) {
        Files.createDirectory(folder);
        made.push(folder);
      }
    }
    return folder;
  }

  /** Below the mount. */
  String path() {
    return path;
  }

  long id() throws IOException {
    return (long) Files.getAttribute(folders.getFirst(), "unix:ino");
  }

  /** Where a process writes its id to move into the cgroup. */
  List<String> entrances() {
    return folders.stream().map(folder -> folder.resolve("cgroup.procs").toString()).toList();
  }

  private static @Nullable Path mountPoint(String type, String option) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
      String[] halves = line.split(" - ", 2);
      if (halves[1].startsWith(type + " ") && (halves[1] + ",").contains(option + ",")) {
        return Path.of(halves[0].split(" ", 6)[4]);
      }
    }
    return null;
  }

  private static void run(String... command) throws IOException {
    assertEquals(0, new ProcessBuilder(command).inheritIO().start().onExit().join().exitValue());
  }

  /** After the processes in it have ended. */
  @Override
  public void close() throws IOException {
    while (!made.isEmpty()) {
      Files.delete(made.pop());
    }
    if (ownMount != null) {
      run("umount", ownMount.toString());
      Files.delete(ownMount);
    }
  }
}
