package io.dropwatch.internal.owner;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names of network namespaces: the files that {@code ip netns} (ip-netns(8)) and Docker mount them
 * on. Their inodes are used again after a namespace is gone, so the folders are read again when a
 * look is older than a moment. Not thread-safe.
 */
final class NamespaceNames {
  private static final long FRESH_NANOS = 50_000_000;
  private static final int MOST_NAMES = 4096;

  private final List<Path> folders;
  private Map<Long, String> names = Map.of();
  private long readAt;
  private boolean read;

  NamespaceNames(List<Path> folders) {
    this.folders = folders;
  }

  /** The name of the namespace with this inode; null when it has none. */
  @Nullable String of(long inode) {
    if (!read || System.nanoTime() - readAt > FRESH_NANOS) {
      names = readAll();
      readAt = System.nanoTime();
      read = true;
    }
    return names.get(inode);
  }

  private Map<Long, String> readAll() {
    Map<Long, String> found = new HashMap<>();
    for (Path folder : folders) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          if (found.size() >= MOST_NAMES) {
            return found;
          }
          addTo(found, file);
        }
      } catch (IOException | RuntimeException _) {
        // No such folder, or it went away: no names from there.
      }
    }
    return found;
  }

  private static void addTo(Map<Long, String> found, Path file) {
    try {
      long inode = ((Number) Files.getAttribute(file, "unix:ino")).longValue();
      found.putIfAbsent(inode, String.valueOf(file.getFileName()));
    } catch (IOException _) {
      // Removed since it was listed.
    }
  }
}
