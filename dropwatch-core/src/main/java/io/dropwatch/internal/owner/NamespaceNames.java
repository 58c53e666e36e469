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
 * on. Inode numbers are reused after a namespace has ended, so the directories are read again after
 * 50 ms. Not thread-safe.
 */
final class NamespaceNames {
  private static final long MAX_AGE_NANOS = 50_000_000;
  private static final int MAX_NAMES = 4096;

  private final List<Path> folders;
  private Map<Long, String> names = Map.of();
  private long readAt;
  private boolean read;

  NamespaceNames(List<Path> folders) {
    this.folders = folders;
  }

  /** Returns the name of the namespace with this inode number; null when it has none. */
  @Nullable String of(long inum) {
    if (!read || System.nanoTime() - readAt > MAX_AGE_NANOS) {
      names = readAll();
      readAt = System.nanoTime();
      read = true;
    }
    return names.get(inum);
  }

  private Map<Long, String> readAll() {
    Map<Long, String> found = new HashMap<>();
    for (Path folder : folders) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          if (found.size() >= MAX_NAMES) {
            return found;
          }
          addTo(found, file);
        }
      } catch (IOException | RuntimeException _) {
        // No such directory, or it was removed: no names from there.
      }
    }
    return found;
  }

  private static void addTo(Map<Long, String> found, Path file) {
    try {
      long inum = ((Number) Files.getAttribute(file, "unix:ino")).longValue();
      found.putIfAbsent(inum, String.valueOf(file.getFileName()));
    } catch (IOException _) {
      // Removed since it was listed.
    }
  }
}
