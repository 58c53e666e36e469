package io.dropwatch.examples.top;

import io.dropwatch.model.NetworkNamespace;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Names of network namespaces as in {@code ip netns}, and {@code host} for that of this process.
 */
final class NetnsNames {
  private static final Path NAMED = Path.of("/run/netns");
  private static final Path OWN = Path.of("/proc/self/ns/net");

  private static final int MAX_KNOWN = 8192;

  private Map<Long, String> names = Map.of();

  private final Map<Long, String> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, String> eldest) {
          return size() > MAX_KNOWN;
        }
      };

  /** Reads the names again. */
  void refresh() {
    Map<Long, String> found = new HashMap<>();
    if (Files.isDirectory(NAMED)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(NAMED)) {
        for (Path file : files) {
          put(found, file, String.valueOf(file.getFileName()));
        }
      } catch (IOException e) {
        // The inode numbers are shown instead.
      }
    }
    put(found, OWN, "host");
    names = found;
  }

  private static void put(Map<Long, String> names, Path file, String name) {
    try {
      names.put(((Number) Files.getAttribute(file, "unix:ino")).longValue(), name);
    } catch (IOException e) {
      // The namespace has been deleted.
    }
  }

  /**
   * Returns the name that a namespace had when it was first asked for, or its inode number if it
   * had none, as lsns(8) shows it. The kernel reuses the inode number of a deleted namespace, so a
   * name is that of a cookie.
   */
  String name(NetworkNamespace namespace) {
    long inum = namespace.inum();
    if (inum == 0) {
      return "-";
    }
    String now = names.getOrDefault(inum, Long.toString(inum));
    return namespace.cookie() == 0 ? now : known.computeIfAbsent(namespace.cookie(), _ -> now);
  }
}
