package io.dropwatch.examples.top;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Names of network namespaces as in {@code ip netns}, and {@code host} for that of this process.
 */
final class NetnsNames {
  private static final Path NAMED = Path.of("/run/netns");
  private static final Path OWN = Path.of("/proc/self/ns/net");

  private Map<Long, String> names = Map.of();

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

  /** Returns the name of a namespace, or its inode number if it has none, as lsns(8) shows it. */
  String name(long inum) {
    return inum == 0 ? "-" : names.getOrDefault(inum, Long.toString(inum));
  }
}
