package io.dropwatch.internal.owner;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The cgroups (v2) of this machine by id. On 64-bit machines the id is the inode number of the
 * cgroup's folder, and the kernel does not reuse it, so a path stays valid. The kernel is asked for
 * the path of an id. Where it refuses (no CAP_DAC_READ_SEARCH), folders are walked, those of root
 * first and the others with a bound for each part that a user may have made. Not thread-safe.
 */
final class CgroupTree {
  /** The most cgroups that are remembered, and the most characters of their paths. */
  static final int MAX_CGROUPS = 1 << 14;

  static final int MAX_CHARACTERS = 1 << 21;

  /** The most folders of a part of the tree that does not belong to root, in one walk. */
  static final int MAX_FOREIGN_FOLDERS = 1024;

  private static final long MAX_AGE_NANOS = 10_000_000_000L;
  private static final long RETRY_NANOS = 1_000_000_000L;
  private static final int PAUSE_FACTOR = 10;

  /**
   * A cgroup.
   *
   * @param path below the mount
   * @param folder null when its name is in an encoding that this JVM cannot name
   * @param subtree the part of the tree that one user may have made
   * @param container the id of the container; null: none
   */
  record Cgroup(String path, @Nullable Path folder, String subtree, @Nullable String container) {}

  /** Asks the kernel for the path of a cgroup; null: there is none of this id. */
  interface Handles {
    @Nullable String path(Path mount, long id) throws IOException;
  }

  private final ProcFiles proc;
  private final Handles handles;
  private final Predicate<Path> isRoots;
  private final BoundedCache<Long, Cgroup> cgroups =
      new BoundedCache<>(
          MAX_CGROUPS, MAX_CHARACTERS, (_, cgroup) -> cgroup == null ? 0 : cgroup.path().length());
  private final BoundedCache<Long, String> walked =
      new BoundedCache<>(
          MAX_CGROUPS, MAX_CHARACTERS, (_, path) -> path == null ? 0 : path.length());
  private CgroupMounts mounts;
  private long mountsReadAt;
  private long nextWalkAt = System.nanoTime();

  CgroupTree(ProcFiles proc, Handles handles, Predicate<Path> isRoots) {
    this.proc = proc;
    this.handles = handles;
    this.isRoots = isRoots;
    this.mounts = CgroupMounts.of("", isRoots);
    this.mountsReadAt = System.nanoTime() - MAX_AGE_NANOS - 1;
  }

  CgroupMounts mounts() {
    if (System.nanoTime() - mountsReadAt > MAX_AGE_NANOS) {
      mounts = CgroupMounts.of(proc.mounts(), isRoots);
      mountsReadAt = System.nanoTime();
    }
    return mounts;
  }

  /** Returns the cgroup with an id if it is in the cache, without a system call. */
  @Nullable Cgroup cached(long id) {
    BoundedCache.Entry<Cgroup> entry = cgroups.get(id, MAX_AGE_NANOS);
    return entry == null ? null : entry.value();
  }

  /** Returns the cgroup with an id; null when there is none, or its folder is not to be found. */
  @Nullable Cgroup of(long id) {
    BoundedCache.Entry<Cgroup> known = cgroups.get(id, MAX_AGE_NANOS);
    if (known != null && (known.value() != null || !known.olderThan(RETRY_NANOS))) {
      return known.value();
    }
    Path mount = mounts().unified();
    String path = mount == null ? null : path(mount, id);
    Cgroup cgroup =
        path == null
            ? null
            : new Cgroup(
                path, folder(mount, path), mounts().subtree(path), mounts().container(path));
    cgroups.put(id, cgroup);
    return cgroup;
  }

  private static @Nullable Path folder(@Nullable Path mount, String path) {
    try {
      return mount == null ? null : mount.resolve(path.substring(1));
    } catch (InvalidPathException _) {
      return null;
    }
  }

  private @Nullable String path(Path mount, long id) {
    try {
      return handles.path(mount, id);
    } catch (IOException _) {
      BoundedCache.Entry<String> found = walked.get(id, Long.MAX_VALUE);
      long begin = System.nanoTime();
      if (found == null && begin - nextWalkAt >= 0) {
        new Walk(mount).run();
        long nanos = System.nanoTime() - begin;
        nextWalkAt = begin + Math.max(RETRY_NANOS, PAUSE_FACTOR * nanos);
        found = walked.get(id, Long.MAX_VALUE);
      }
      return found == null ? null : found.value();
    }
  }

  /** Reads the folders of the tree, nearest to the mount first. */
  private final class Walk {
    private final Path mount;
    private int count;

    Walk(Path mount) {
      this.mount = mount;
    }

    void run() {
      Deque<Path> foreign = new ArrayDeque<>();
      walk(mount, MAX_CGROUPS, foreign);
      for (Path part : foreign) {
        walk(part, Math.min(MAX_FOREIGN_FOLDERS, MAX_CGROUPS - count), null);
      }
    }

    /**
     * @param foreign gets the folders that are not only root's, which are then not entered; null:
     *     all are entered
     */
    private void walk(Path root, int most, @Nullable Deque<Path> foreign) {
      Deque<Path> folders = new ArrayDeque<>();
      folders.add(root);
      for (int i = 0; i < most && !folders.isEmpty(); i++) {
        Path folder = folders.remove();
        if (foreign != null && !isRoots.test(folder)) {
          foreign.add(folder);
          continue;
        }
        add(folder);
        try (DirectoryStream<Path> below =
            Files.newDirectoryStream(folder, file -> Files.isDirectory(file))) {
          for (Path each : below) {
            if (folders.size() < most) {
              folders.add(each);
            }
          }
        } catch (IOException | DirectoryIteratorException _) {
          // Removed meanwhile.
        }
      }
    }

    private void add(Path folder) {
      try {
        long id = ((Number) Files.getAttribute(folder, "unix:ino")).longValue();
        walked.put(id, "/" + mount.relativize(folder));
        count++;
      } catch (IOException _) {
        // Removed since it was listed.
      }
    }
  }
}
