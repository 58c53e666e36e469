package io.dropwatch.internal.owner;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds container ids in cgroup paths. Docker, containerd, CRI-O, Podman and the kubelet all put 64
 * hexadecimal digits into the name of a container's cgroup: alone (cgroupfs driver), as {@code
 * docker-ID.scope}, {@code cri-containerd-ID.scope}, {@code crio-ID.scope}, {@code libpod-ID.scope}
 * (systemd driver), or as {@code SLICE:cri-containerd:ID} (containerd with cgroupfs names in
 * systemd's paths).
 */
final class ContainerIds {
  private static final Pattern NAME =
      Pattern.compile("(?:.*[-:])?([0-9a-f]{64})(?:\\.scope)?(?: \\(deleted\\))?");

  private ContainerIds() {}

  /** Returns the id of the innermost container of a path; null when there is none. */
  static @Nullable String inPath(String path) {
    for (int end = path.length(); end > 0; ) {
      int start = path.lastIndexOf('/', end - 1);
      String name = path.substring(start + 1, end);
      Matcher matcher = NAME.matcher(name);
      // conmon monitors a container from outside of it.
      if (name.length() >= 64 && matcher.matches() && !name.contains("conmon-")) {
        return matcher.group(1);
      }
      end = start;
    }
    return null;
  }

  /**
   * Returns the id in a {@code /proc/PID/cgroup}: one line {@code hierarchy:controllers:path} for
   * each hierarchy of cgroup v1 and for v2 (cgroups(7)).
   */
  static @Nullable String inProcCgroup(String lines) {
    return lines
        .lines()
        .map(line -> line.split(":", 3))
        .filter(fields -> fields.length == 3)
        .map(fields -> inPath(fields[2]))
        .filter(id -> id != null)
        .findFirst()
        .orElse(null);
  }
}
