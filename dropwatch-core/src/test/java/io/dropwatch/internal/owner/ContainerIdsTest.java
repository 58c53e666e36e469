package io.dropwatch.internal.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Cgroup paths of container runtimes; ID stands for 64 digits, UID for a pod's id. */
class ContainerIdsTest {
  private static final String ID =
      "3f8c9a1b2d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8";
  private static final String OTHER =
      "0000000000000000000000000000000000000000000000000000000000000000";

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Docker: cgroupfs, systemd, another parent, Docker in Docker, seen from the container
        "/docker/ID",
        "/system.slice/docker-ID.scope",
        "/actions_job/ID",
        "/docker/OTHER/docker/ID",
        "/docker/ID/system.slice/ssh.service",
        "/../../system.slice/docker-ID.scope",
        "/system.slice/docker-ID.scope (deleted)",
        // Kubernetes with Docker, containerd and CRI-O; cgroupfs and systemd driver; each QoS class
        "/kubepods/podUID/ID",
        "/kubepods/burstable/podUID/ID",
        "/kubepods/besteffort/podUID/ID",
        "/kubepods.slice/kubepods-podUID.slice/docker-ID.scope",
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podUID.slice/cri-containerd-ID.scope",
        "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podUID.slice/crio-ID.scope",
        "/kubepods/besteffort/podUID/crio-ID",
        "/system.slice/containerd.service/kubepods-burstable-podUID.slice:cri-containerd:ID",
        "/kubelet/kubepods/pod8b8a2f1c/ID",
        "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-podUID.slice/cri-containerd-ID.scope",
        "/kubepods.slice/kubepods-podUID.slice/crio-ID.scope/container",
        // containerd and nerdctl
        "/default/ID",
        "/k8s.io/ID",
        "/system.slice/nerdctl-ID.scope",
        // Podman: root, rootless, in a pod, with cgroupfs
        "/machine.slice/libpod-ID.scope",
        "/machine.slice/libpod-ID.scope/container",
        "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope",
        "/machine.slice/machine-libpod_pod_OTHER.slice/libpod-ID.scope",
        "/libpod_parent/libpod-ID",
        // ECS
        "/ecs/0f1e2d3c4b5a69788796a5b4c3d2e1f0/ID"
      })
  void inPath_isTheInnermostContainer(String path) {
    assertEquals(ID, ContainerIds.inPath(named(path)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/system.slice/nginx.service",
        "/user.slice/user-1000.slice/session-1.scope",
        "/system.slice/docker.service",
        "/kubepods.slice/kubepods-burstable.slice",
        "/kubepods.slice/kubepods-podUID.slice/crio-conmon-ID.scope",
        "/machine.slice/libpod-conmon-ID.scope",
        "/docker/3f8c9a1b2d4e",
        "/docker/ID0",
        "/docker/xID",
        "/docker-ID.mount"
      })
  void inPath_withoutContainer_isNull(String path) {
    assertNull(ContainerIds.inPath(named(path)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          v1, any hierarchy | 12:pids:/docker/ID,11:cpu,cpuacct:/docker/ID,1:name=systemd:/docker/ID
          hybrid            | 4:memory:/kubepods/podUID/ID,0::/system.slice/containerd.service
          v2                | 0::/system.slice/docker-ID.scope
          a colon in a name | 0::/system.slice/containerd.service/kubepods-podUID.slice:cri-containerd:ID
          """)
  void inProcCgroup_isTheIdOfAnyHierarchy(String what, String lines) {
    assertEquals(ID, ContainerIds.inProcCgroup(named(lines).replaceAll(",(\\d+:)", "\n$1")), what);
  }

  private static String named(String text) {
    return text.replace("UID", "1234_5678").replace("OTHER", OTHER).replace("ID", ID);
  }
}
