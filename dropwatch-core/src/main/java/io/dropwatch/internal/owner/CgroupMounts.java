package io.dropwatch.internal.owner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Where the hierarchies of cgroups are mounted, and whom their folders belong to. */
final class CgroupMounts {
  private static final int GROUP_AND_OTHERS_WRITE = 022;

  /**
   * A mount.
   *
   * @param controllers of cgroup v1, with {@code name=…}; empty for v2
   */
  private record Mount(Path point, Set<String> controllers) {}

  private final List<Mount> mounts;
  private final Predicate<Path> isRoots;

  private CgroupMounts(List<Mount> mounts, Predicate<Path> isRoots) {
    this.mounts = mounts;
    this.isRoots = isRoots;
  }

  /**
   * Reads the lines of a {@code /proc/PID/mountinfo} (proc_pid_mountinfo(5)): root, mount point,
   * other fields, {@code -}, type, source and options.
   *
   * @param isRoots whether only root may change a folder
   */
  static CgroupMounts of(String mountinfo, Predicate<Path> isRoots) {
    List<Mount> mounts = new ArrayList<>();
    for (String line : mountinfo.split("\n", -1)) {
      String[] halves = line.split(" - ", 2);
      String[] fields = halves[0].split(" ", -1);
      if (halves.length < 2 || fields.length < 5 || !halves[1].startsWith("cgroup")) {
        continue;
      }
      Path point = Path.of(unescaped(fields[4]));
      if (halves[1].startsWith("cgroup2 ")) {
        mounts.add(new Mount(point, Set.of()));
      } else if (fields[3].equals("/")) {
        String options = halves[1].substring(halves[1].lastIndexOf(' ') + 1);
        mounts.add(new Mount(point, Set.of(options.split(",", -1).clone())));
      }
    }
    return new CgroupMounts(mounts, isRoots);
  }

  /** Returns whether a folder is root's, and nobody else may make folders in it. */
  static boolean isRootsAlone(Path folder) {
    try {
      Map<String, Object> is =
          Files.readAttributes(folder, "unix:uid,mode", LinkOption.NOFOLLOW_LINKS);
      return Integer.valueOf(0).equals(is.get("uid"))
          && is.get("mode") instanceof Integer mode
          && (mode & GROUP_AND_OTHERS_WRITE) == 0;
    } catch (IOException _) {
      return false;
    }
  }

  /** Returns the mount point of cgroup v2; null when it is not mounted. */
  @Nullable Path unified() {
    return point(Set.of());
  }

  private @Nullable Path point(Set<String> controllers) {
    return mounts.stream()
        .filter(
            mount ->
                controllers.isEmpty()
                    ? mount.controllers().isEmpty()
                    : mount.controllers().containsAll(controllers))
        .map(Mount::point)
        .findFirst()
        .orElse(null);
  }

  /** Returns the id of the innermost container of a path of cgroup v2; null when there is none. */
  @Nullable String container(String path) {
    return container(unified(), path);
  }

  /**
   * Returns the container in the lines of a {@code /proc/PID/cgroup}: {@code
   * hierarchy:controllers:path} for each hierarchy of cgroup v1 and for v2 (cgroups(7)); null when
   * there is none.
   */
  @Nullable String containerInLines(String lines) {
    for (String line : lines.split("\n", -1)) {
      String[] fields = line.split(":", 3);
      if (fields.length == 3) {
        Set<String> controllers =
            fields[1].isEmpty() ? Set.of() : Set.of(fields[1].split(",", -1).clone());
        String id = container(point(controllers), fields[2]);
        if (id != null) {
          return id;
        }
      }
    }
    return null;
  }

  private @Nullable String container(@Nullable Path mount, String path) {
    return mount == null || path.startsWith("/..")
        ? null
        : ContainerIds.inPath(path, parent -> ownedPrefix(mount, parent) == parent.length());
  }

  /**
   * Returns the part of the cgroups (v2) that one user may have made: the path down to the first
   * folder that is not only root's.
   */
  String subtree(String path) {
    Path mount = unified();
    if (mount == null) {
      return path;
    }
    int owned = ownedPrefix(mount, path);
    int end = owned == path.length() ? owned : path.indexOf('/', owned + 1);
    return end < 0 ? path : path.substring(0, end);
  }

  // The length of the prefix of which all folders are root's.
  private int ownedPrefix(Path mount, String path) {
    try {
      if (!isRoots.test(mount)) {
        return -1;
      }
      for (int end = 0; end < path.length(); ) {
        int next = path.indexOf('/', end + 1);
        next = next < 0 ? path.length() : next;
        if (!isRoots.test(mount.resolve(path.substring(1, next)))) {
          return end;
        }
        end = next;
      }
      return path.length();
    } catch (InvalidPathException _) {
      return -1; // in an encoding that this JVM cannot name: not to be verified
    }
  }

  // Space, tab, newline and backslash are three octal digits.
  private static String unescaped(String field) {
    return field
        .replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }
}
