package io.dropwatch.internal.owner;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds container ids in cgroup paths. Docker, containerd, CRI-O, Podman and the kubelet put 64
 * hexadecimal digits into the name of a container's cgroup, Amazon ECS on Fargate the id of the
 * task and a number. Other runtimes choose names that mean a container only in a certain parent. A
 * table of all forms, with their sources, is in the tests.
 */
final class ContainerIds {
  /**
   * A form of a cgroup's name.
   *
   * @param parent matches the path of its parent
   * @param name matches the name; its first group is the id
   */
  private record Form(@Nullable Pattern parent, Pattern name) {
    Form(@Nullable String parent, String name) {
      this(parent == null ? null : Pattern.compile(parent), Pattern.compile(name));
    }
  }

  private static final String UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-(?:[0-9a-f]{12}|[0-9a-f]{4})";

  private static final List<Form> FORMS =
      List.of(
          // Alone (cgroupfs driver), docker-ID.scope and such (systemd), SLICE:cri-containerd:ID
          // (containerd with cgroupfs names in systemd's paths).
          new Form(null, "(?:.*[-:])?([0-9a-f]{64})(?:\\.scope)?"),
          new Form(".*/ecs/[^/]+", "([0-9a-f]{32}-[0-9]{1,10})"),
          new Form(".*/(?:garden|mesos)", "(" + UUID + ")"),
          new Form(".*/(?:lxc|lxc\\.payload|libvirt/lxc)|/default", "([^/]+)"),
          new Form(".*", "lxc\\.payload\\.([^/]+)"),
          new Form(".*", "([^/]+)\\.libvirt-lxc"),
          new Form(".*/machine\\.slice", "machine-(?!qemu\\\\x2d)(.+)\\.scope"),
          new Form(".*/machine\\.slice", "systemd-nspawn@(.+)\\.service"));

  private static final String DELETED = " (deleted)";

  private ContainerIds() {}

  /**
   * Returns the id of the innermost container of a path; null when there is none.
   *
   * @param isRoots whether only root could choose the names in a folder; a folder in another means
   *     no container
   */
  static @Nullable String inPath(String path, Predicate<String> isRoots) {
    String rest =
        path.endsWith(DELETED) ? path.substring(0, path.length() - DELETED.length()) : path;
    for (int end = rest.length(); end > 0; ) {
      int start = rest.lastIndexOf('/', end - 1);
      if (start < 0) {
        return null;
      }
      String parent = rest.substring(0, start);
      String id = ofFolder(parent, rest.substring(start + 1, end));
      if (id != null && isRoots.test(parent)) {
        return id;
      }
      end = start;
    }
    return null;
  }

  private static @Nullable String ofFolder(String parent, String name) {
    // conmon monitors a container from outside of it.
    if (name.contains("conmon-")) {
      return null;
    }
    for (Form form : FORMS) {
      Matcher matcher = form.name().matcher(name);
      if (matcher.matches() && (form.parent() == null || form.parent().matcher(parent).matches())) {
        return unescaped(matcher.group(1));
      }
    }
    return null;
  }

  // systemd writes the characters that a unit's name cannot have as \xHH.
  private static String unescaped(String name) {
    return name.replace("\\x2d", "-").replace("\\x5f", "_").replace("\\x2e", ".");
  }
}
