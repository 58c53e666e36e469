package io.dropwatch.examples.top;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Names of network namespaces: those of {@code ip netns}, and {@code host} for this process's. */
final class NetnsNames {
  private static final Path NAMED = Path.of("/run/netns");
  private static final Path OWN = Path.of("/proc/self/ns/net");

  private Map<Long, String> names = Map.of();

  /** Looks again; namespaces come and go. */
  void refresh() {
    Map<Long, String> found = new HashMap<>();
    if (Files.isDirectory(NAMED)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(NAMED)) {
        for (Path file : files) {
          put(found, file, String.valueOf(file.getFileName()));
        }
      } catch (IOException e) {
        // Without names there are still numbers.
      }
    }
    put(found, OWN, "host");
    names = found;
  }

  private static void put(Map<Long, String> names, Path file, String name) {
    try {
      names.put(((Number) Files.getAttribute(file, "unix:ino")).longValue(), name);
    } catch (IOException e) {
      // Deleted meanwhile.
    }
  }

  /** The name if there is one, else the inode as lsns(8) shows it. */
  String name(long inode) {
    return inode == 0 ? "-" : names.getOrDefault(inode, Long.toString(inode));
  }
}
