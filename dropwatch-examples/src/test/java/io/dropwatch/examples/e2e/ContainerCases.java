package io.dropwatch.examples.e2e;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The cgroups of container runtimes, and the container that an event must name for each. */
final class ContainerCases {
  private static final String POD = "podb7f1f0c6_2f0e_4c3b_9a53_1f2f3c9a7d10";
  private static final String BURSTABLE =
      "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-" + POD + ".slice";
  private static final String BEST_EFFORT =
      "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-" + POD + ".slice";
  private static final String OUTER = id(0xff);

  private static final List<Place> PLACES = new ArrayList<>();
  private static final List<ContainerNamespace> NAMESPACES = new ArrayList<>();

  static {
    container("Docker, systemd driver", "/system.slice/docker-ID.scope");
    container("Docker, cgroupfs driver", "/docker/ID");
    container("Kubernetes, containerd, systemd driver", BURSTABLE + "/cri-containerd-ID.scope");
    container("containerd at the root", "/cri-containerd-ID.scope");
    container(
        "containerd, systemd's path under cgroupfs",
        "/system.slice/containerd.service/kubepods-burstable-" + POD + ".slice:cri-containerd:ID");
    container("Kubernetes, cgroupfs driver", "/kubepods/burstable/" + POD + "/ID");
    container("Kubernetes, guaranteed", "/kubepods/" + POD + "/ID");
    container("CRI-O", BEST_EFFORT + "/crio-ID.scope");
    container("CRI-O, what crun makes below", BEST_EFFORT + "/crio-ID.scope/container");
    container("Podman", "/machine.slice/libpod-ID.scope/container");
    container(
        "Podman, rootless",
        "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope");
    container("Podman, cgroupfs manager", "/libpod_parent/libpod-ID");
    container("nerdctl", "/system.slice/nerdctl-ID.scope");
    // The inner container owns the packet; the cgroup path of the event names both.
    container("Docker in Kubernetes", BURSTABLE + "/cri-containerd-" + OUTER + ".scope/docker/ID");
    container("a service in a container", "/docker/ID/system.slice/nginx.service");
    // Monitors run outside their containers.
    noContainer("CRI-O's conmon", BEST_EFFORT + "/crio-conmon-ID.scope");
    noContainer("Podman's conmon", "/machine.slice/libpod-conmon-ID.scope");
    noContainer("a service", "/system.slice/nginx.service");
    noContainer("a short id", "/docker/0123456789ab");
    noContainer("a name that is similar only", "/dropwatch-it.slice/docker-ID\u001b[31m.scope");
    PLACES.add(new Place("Docker, cgroup v1", "/docker/" + nextId(), nextId(), true));

    String pod = BURSTABLE + "/cri-containerd-";
    namespace("Docker", id(0xe0), process("/docker/" + id(0xe0), "nginx"));
    namespace(
        "a pod of one container and its sandbox",
        id(0xe2),
        process(pod + id(0xe1) + ".scope", "pause"),
        process(pod + id(0xe2) + ".scope", "nginx"));
    namespace(
        "a pod of two containers",
        null,
        process(pod + id(0xe3) + ".scope", "nginx"),
        process(pod + id(0xe4) + ".scope", "envoy"));
    namespace(
        "Docker, cgroup v1",
        id(0xe5),
        new ContainerNamespace.ContainerProcess(
            new Place("", "/docker/" + id(0xe5), id(0xe5), true), "nginx"));
    namespace("a service", null, process("/dropwatch-it.slice/nginx.service", "nginx"));
  }

  private ContainerCases() {}

  /**
   * A cgroup.
   *
   * @param name name of the case
   * @param path path below the mount
   * @param container ID of the container, or null
   * @param v1 whether it is in a v1 hierarchy only
   */
  record Place(String name, String path, @Nullable String container, boolean v1) {
    @Override
    public String toString() {
      return name;
    }
  }

  /**
   * A network namespace.
   *
   * @param name name of the case
   * @param container ID of the container that owns the namespace, or null
   * @param processes its processes
   */
  record ContainerNamespace(
      String name, @Nullable String container, List<ContainerProcess> processes) {
    /** A process and its cgroup. */
    record ContainerProcess(Place place, String comm) {}

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Place> places() {
    return PLACES;
  }

  static List<ContainerNamespace> namespaces() {
    return NAMESPACES;
  }

  private static void container(String name, String path) {
    PLACES.add(new Place(name, path.replace("ID", nextId()), nextId(), false));
  }

  private static void noContainer(String name, String path) {
    PLACES.add(new Place(name, path.replace("ID", nextId()), null, false));
  }

  private static void namespace(
      String name, @Nullable String container, ContainerNamespace.ContainerProcess... processes) {
    NAMESPACES.add(new ContainerNamespace(name, container, List.of(processes)));
  }

  private static ContainerNamespace.ContainerProcess process(String path, String comm) {
    return new ContainerNamespace.ContainerProcess(new Place("", path, null, false), comm);
  }

  private static String nextId() {
    return id(0xa0 + PLACES.size());
  }

  private static String id(int digits) {
    return Integer.toHexString(digits).repeat(32);
  }
}
