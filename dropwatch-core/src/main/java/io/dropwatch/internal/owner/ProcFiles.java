package io.dropwatch.internal.owner;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The files of a process (proc_pid(5)).
 *
 * @param root {@code /proc}
 */
record ProcFiles(Path root) {
  private static final int MOST_BYTES = 1 << 16;

  /** Its command; null when the process is gone. What is not UTF-8 becomes U+FFFD. */
  @Nullable String comm(int pid) {
    String text = text(pid + "/comm");
    return text == null || !text.endsWith("\n") ? text : text.substring(0, text.length() - 1);
  }

  /** The container that its cgroups name; null when none. */
  @Nullable String container(int pid) {
    String cgroups = text(pid + "/cgroup");
    return cgroups == null ? null : ContainerIds.inProcCgroup(cgroups);
  }

  /** N of a link to {@code prefixN]}; 0 when it is not one. */
  long linkNumber(String file, String prefix) {
    return linkNumber(root.resolve(file), prefix);
  }

  /** N of a link to {@code prefixN]}; 0 when it is not one. */
  long linkNumber(Path file, String prefix) {
    try {
      String target = Files.readSymbolicLink(file).toString();
      return target.startsWith(prefix) && target.endsWith("]")
          ? Long.parseUnsignedLong(target.substring(prefix.length(), target.length() - 1))
          : 0;
    } catch (IOException | NumberFormatException _) {
      return 0;
    }
  }

  private @Nullable String text(String file) {
    try (InputStream in = Files.newInputStream(root.resolve(file))) {
      return new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
    } catch (IOException _) {
      return null;
    }
  }
}
