package io.dropwatch.internal.probe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** What this process holds of eBPF: programs, maps, links and perf events, by their descriptors. */
public final class HeldByKernel {
  private HeldByKernel() {}

  /**
   * Count by kind, such as {@code anon_inode:bpf-prog=1}; BTF objects, which libbpf caches, apart.
   */
  public static Map<String, Integer> now() {
    Map<String, Integer> held = new TreeMap<>();
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        String target = target(descriptor);
        if (target.startsWith("anon_inode:")
            && (target.contains("bpf") || target.contains("perf_event"))) {
          held.merge(target, 1, Integer::sum);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return held;
  }

  private static String target(Path descriptor) throws IOException {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (NoSuchFileException _) {
      return "";
    }
  }
}
