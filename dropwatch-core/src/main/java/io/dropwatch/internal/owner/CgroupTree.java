package io.dropwatch.internal.owner;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The cgroups (v2) of this machine by id. On 64-bit machines the id is the inode number of the
 * cgroup's directory, and the kernel does not reuse it, so a path stays valid.
 */
final class CgroupTree {
  private static final int MAX_CGROUPS = 1 << 16;

  private CgroupTree() {}

  /** Returns paths below the cgroup2 mount by id; empty when there is no such mount. */
  static Map<Long, String> read(Path proc) {
    Map<Long, String> paths = new HashMap<>();
    Path mount = mount(proc);
    if (mount == null) {
      return paths;
    }
    try {
      Files.walkFileTree(mount, new Collector(mount, paths));
    } catch (IOException _) {
      // Cgroups are created and removed during the walk: what was found is valid.
    }
    return paths;
  }

  private static @Nullable Path mount(Path proc) {
    try {
      return mountPoint(Files.readString(proc.resolve("self/mountinfo"), UTF_8));
    } catch (IOException _) {
      return null;
    }
  }

  /**
   * Returns the mount point of the first cgroup2 file system in a {@code /proc/PID/mountinfo}
   * (proc_pid_mountinfo(5)): fields, some of them optional, then {@code -} and the type.
   */
  static @Nullable Path mountPoint(String mountinfo) {
    for (String line : mountinfo.split("\n", -1)) {
      int dash = line.indexOf(" - ");
      if (dash < 0 || !line.startsWith("cgroup2 ", dash + 3)) {
        continue;
      }
      String[] fields = line.substring(0, dash).split(" ", -1);
      if (fields.length > 4) {
        return Path.of(unescaped(fields[4]));
      }
    }
    return null;
  }

  // Space, tab, newline and backslash are three octal digits.
  private static String unescaped(String field) {
    return field
        .replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }

  private static final class Collector extends SimpleFileVisitor<Path> {
    private final Path mount;
    private final Map<Long, String> paths;

    Collector(Path mount, Map<Long, String> paths) {
      this.mount = mount;
      this.paths = paths;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      if (paths.size() >= MAX_CGROUPS) {
        return FileVisitResult.TERMINATE;
      }
      try {
        long inode = ((Number) Files.getAttribute(folder, "unix:ino")).longValue();
        paths.put(inode, "/" + mount.relativize(folder));
        return FileVisitResult.CONTINUE;
      } catch (IOException _) {
        return FileVisitResult.SKIP_SUBTREE; // removed since it was listed
      }
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) {
      return FileVisitResult.CONTINUE;
    }
  }
}
