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
  private static final int MAX_BYTES = 1 << 16;

  /** Returns the command name; null when the process has ended. Invalid UTF-8 becomes U+FFFD. */
  @Nullable String comm(int pid) {
    String text = text(pid + "/comm");
    return text == null || !text.endsWith("\n") ? text : text.substring(0, text.length() - 1);
  }

  /** Returns the id of the container in the names of its cgroups; null when there is none. */
  @Nullable String container(int pid) {
    String cgroups = text(pid + "/cgroup");
    return cgroups == null ? null : ContainerIds.inProcCgroup(cgroups);
  }

  /** Returns N of a link to {@code prefixN]}; 0 when it is another link or none. */
  long linkNumber(String file, String prefix) {
    return linkNumber(root.resolve(file), prefix);
  }

  /** Returns N of a link to {@code prefixN]}; 0 when it is another link or none. */
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
      return new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
    } catch (IOException _) {
      return null;
    }
  }
}
