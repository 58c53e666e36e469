package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Cgroups of a test: one in the v2 hierarchy, mounted for the test if it is not, and one of the
 * same name in the v1 hierarchy of memory if that is where memory is accounted.
 */
final class TestCgroup implements AutoCloseable {
  private final @Nullable Path ownMount;
  private final Path folder;
  private final @Nullable Path memory;
  private final String path;

  private TestCgroup(String slice, String name) throws IOException {
    Path mounted = mountPoint("cgroup2", "");
    Path mount = mounted != null ? mounted : Files.createTempDirectory("dropwatch-cgroup2");
    ownMount = mounted != null ? null : mount;
    if (mounted == null) {
      run("mount", "-t", "cgroup2", "none", mount.toString());
    }
    path = "/" + slice + "/" + name;
    folder = Files.createDirectories(mount.resolve(slice).resolve(name));
    Path v1 = mountPoint("cgroup", "memory");
    memory = v1 == null ? null : Files.createDirectories(v1.resolve(slice).resolve(name));
    if (memory != null && Files.exists(memory.resolve("memory.kmem.tcp.limit_in_bytes"))) {
      // Sockets are accounted to memory cgroups of v1 only where they have a limit.
      Files.writeString(memory.resolve("memory.kmem.tcp.limit_in_bytes"), "1000000000");
    }
  }

  static TestCgroup make(String slice, String name) throws IOException {
    return new TestCgroup(slice, name);
  }

  /** Below the mount. */
  String path() {
    return path;
  }

  long id() throws IOException {
    return (long) Files.getAttribute(folder, "unix:ino");
  }

  /** What a shell does to move itself into the cgroups. */
  String enter() {
    String both = "echo $$ > " + folder + "/cgroup.procs";
    return memory == null ? both : both + "; echo $$ > " + memory + "/cgroup.procs";
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
    for (Path each : memory == null ? new Path[] {folder} : new Path[] {folder, memory}) {
      Files.delete(each);
      Files.delete(each.getParent());
    }
    if (ownMount != null) {
      run("umount", ownMount.toString());
      Files.delete(ownMount);
    }
  }
}
