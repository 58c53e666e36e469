package io.dropwatch.internal.owner;

import io.dropwatch.bpf.LinuxFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The files of a process (proc_pid(5)).
 *
 * @param root {@code /proc}
 */
record ProcFiles(Path root) {
  private static final int MAX_BYTES = 1 << 16;
  private static final int MAX_MOUNT_BYTES = 1 << 20;
  private static final int MAX_PROCESSES = 1 << 16;
  private static final int INIT = 1;
  private static final String SOCKET = "socket:[";
  private static final String NAMESPACE = "net:[";

  /**
   * Parts of {@code /proc/PID/status}.
   *
   * @param uid of file accesses, which is that of the sockets it makes
   * @param descriptors size of its table of descriptors; each number is below that
   */
  record Status(long uid, int descriptors) {}

  /** Returns the command name; null when the process has ended. Invalid UTF-8 becomes U+FFFD. */
  @Nullable String comm(int pid) {
    String text = text(file(pid + "/comm"));
    return text == null || !text.endsWith("\n") ? text : text.substring(0, text.length() - 1);
  }

  /** Returns the lines of {@code /proc/PID/cgroup}; null when the process has ended. */
  @Nullable String cgroups(int pid) {
    return text(file(pid + "/cgroup"));
  }

  /** Returns parts of the status; null when the process has ended. */
  @Nullable Status status(int pid) {
    String text = text(file(pid + "/status"));
    if (text == null) {
      return null;
    }
    long uid = -1;
    int descriptors = 0;
    for (String line : text.split("\n", -1)) {
      if (line.startsWith("Uid:")) {
        uid = number(line.substring(line.lastIndexOf('\t') + 1));
      } else if (line.startsWith("FDSize:")) {
        descriptors = (int) number(line.substring("FDSize:".length()).strip());
        break;
      }
    }
    return new Status(uid, descriptors);
  }

  /** Returns the inode of the socket that a descriptor is; 0 when it is none. */
  long socket(int pid, int fd) {
    return linkNumber(file(pid + "/fd/" + fd), SOCKET);
  }

  /**
   * Returns the inode number of a process's network namespace; 0 when the process may not be read,
   * or has ended.
   *
   * @param process its id, or {@code self}
   */
  long namespace(String process) {
    return linkNumber(file(process + "/ns/net"), NAMESPACE);
  }

  /** Returns the ids of processes in no order, at most 65,536; empty when they cannot be read. */
  int[] processes() {
    IntStream.Builder found = IntStream.builder();
    int count = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root, "[0-9]*")) {
      for (Path entry : entries) {
        long pid = number(String.valueOf(entry.getFileName()));
        if (pid > 0 && pid <= Integer.MAX_VALUE && count++ < MAX_PROCESSES) {
          found.add((int) pid);
        }
      }
    } catch (IOException | DirectoryIteratorException _) {
      // What was found before is valid.
    }
    return found.build().toArray();
  }

  /** Returns the ids of the processes in a cgroup; empty when it has gone, or cannot be read. */
  int[] processesIn(Path cgroup) {
    String text = text(cgroup.resolve("cgroup.procs"), MAX_BYTES);
    return text == null
        ? new int[0]
        : text.lines().mapToInt(line -> (int) number(line)).filter(pid -> pid > 0).toArray();
  }

  /** Returns process ids in ascending order, as parents come before children; an init last. */
  static int[] parentsFirst(int[] processes) {
    return IntStream.concat(
            Arrays.stream(processes).filter(pid -> pid != INIT).sorted(),
            Arrays.stream(processes).filter(pid -> pid == INIT))
        .toArray();
  }

  /** Returns the text of {@code /proc/self/mountinfo}; empty when it cannot be read. */
  String mounts() {
    String text = text(root.resolve("self/mountinfo"), MAX_MOUNT_BYTES);
    return text == null ? "" : text;
  }

  private String file(String name) {
    return root + "/" + name;
  }

  private static long linkNumber(String file, String prefix) {
    String target = LinuxFiles.readLink(file);
    return target != null && target.startsWith(prefix) && target.endsWith("]")
        ? Math.max(0, number(target.substring(prefix.length(), target.length() - 1)))
        : 0;
  }

  private static long number(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException _) {
      return -1;
    }
  }

  private static @Nullable String text(String file) {
    return text(Path.of(file), MAX_BYTES);
  }

  private static @Nullable String text(Path file, int maxBytes) {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(maxBytes), StandardCharsets.UTF_8);
    } catch (IOException _) {
      return null;
    }
  }
}
