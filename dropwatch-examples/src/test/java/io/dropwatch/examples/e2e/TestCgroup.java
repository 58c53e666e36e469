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
 * A cgroup for a test: in the v2 hierarchy, which is mounted if necessary, and at the same path in
 * the v1 memory hierarchy if that one accounts memory; or in a new v1 hierarchy only, as on a
 * machine without v2.
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
        // Memory cgroups of v1 account sockets only if they have a limit.
        Files.writeString(folder.resolve("memory.kmem.tcp.limit_in_bytes"), "1000000000");
      }
    }
  }

  /**
   * Creates it in v2.
   *
   * @param path below the mount, beginning with a slash
   */
  static TestCgroup make(String path) throws IOException {
    return new TestCgroup(path, true);
  }

  /** Creates it in v1 only; its processes keep their cgroup in v2. */
  static TestCgroup makeV1(String path) throws IOException {
    return new TestCgroup(path, false);
  }

  // Container runtimes may have cgroups of these names: existing ones are not removed.
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

  /** Returns the path below the mount. */
  String path() {
    return path;
  }

  long id() throws IOException {
    return (long) Files.getAttribute(folders.getFirst(), "unix:ino");
  }

  /** Returns the files to which a process writes its ID to enter the cgroup. */
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

  /** Removes the cgroup; its processes must have ended. */
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
