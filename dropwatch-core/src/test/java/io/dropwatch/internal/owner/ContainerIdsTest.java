package io.dropwatch.internal.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

/** Cgroup paths of container runtimes; ID stands for 64 digits, UID for a pod's id. */
class ContainerIdsTest {
  private static final String ID =
      "3f8c9a1b2d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8";
  private static final String OTHER =
      "0000000000000000000000000000000000000000000000000000000000000000";
  private static final String TASK = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

  @ParameterizedTest
  @CsvFileSource(resources = "cgroup-paths.csv", numLinesToSkip = 1, maxCharsPerColumn = 1000)
  void inPath_isTheInnermostContainer(
      @Nullable String path, @Nullable String id, @Nullable String source) {
    assertEquals(
        id == null ? null : named(id),
        ContainerIds.inPath(path == null ? "" : named(path), _ -> true),
        source);
  }

  @Test
  void inPath_folderInOneThatIsNotRoots_isSkipped() {
    String path = "/docker/" + ID + "/docker/" + OTHER;

    assertEquals(OTHER, ContainerIds.inPath(path, _ -> true));
    assertEquals(ID, ContainerIds.inPath(path, "/docker"::equals));
    assertNull(ContainerIds.inPath(path, _ -> false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          v1, any hierarchy | 12:pids:/docker/ID,11:cpu,cpuacct:/docker/ID,1:name=systemd:/docker/ID
          several in one    | 11:cpu,cpuacct:/docker/ID
          hybrid            | 4:memory:/kubepods/podUID/ID,0::/system.slice/containerd.service
          v2                | 0::/system.slice/docker-ID.scope
          a colon in a name | 0::/system.slice/containerd.service/kubepods-podUID.slice:cri-containerd:ID
          """)
  void containerInLines_isTheIdOfAnyHierarchy(String what, String lines) {
    assertEquals(
        ID, mounts(true).containerInLines(named(lines).replaceAll(",(\\d+:)", "\n$1")), what);
  }

  @ParameterizedTest
  @CsvSource({
    "7:freezer:/docker/ID, a hierarchy that is not mounted",
    "0::/../../system.slice/docker-ID.scope, above the root of a cgroup namespace",
    ":::, no line"
  })
  void containerInLines_thatCannotBeVerified_isNull(String lines, String what) {
    assertNull(mounts(true).containerInLines(named(lines)), what);
    assertNull(mounts(false).containerInLines(named("0::/system.slice/docker-ID.scope")));
  }

  private static CgroupMounts mounts(boolean rootsAlone) {
    String mountinfo =
        """
        30 23 0:26 / /sys/fs/cgroup/cpu rw shared:8 - cgroup cgroup rw,cpu,cpuacct
        31 23 0:27 / /sys/fs/cgroup/pids rw shared:8 master:1 - cgroup cgroup rw,pids
        32 23 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
        33 23 0:29 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
        34 23 0:30 /docker/x /sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer
        35 23 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
        36 23 0:32 / /proc rw - proc proc rw
        """;
    return CgroupMounts.of(
        mountinfo, folder -> rootsAlone || !folder.equals(Path.of("/sys/fs/cgroup/unified")));
  }

  private static String named(String text) {
    return text.replace("UID", "1234_5678")
        .replace("OTHER", OTHER)
        .replace("TASK", TASK)
        .replace("ID", ID);
  }
}
