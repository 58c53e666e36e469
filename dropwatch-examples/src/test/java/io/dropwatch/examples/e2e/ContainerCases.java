package io.dropwatch.examples.e2e;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where container runtimes put processes, and whose a packet of theirs is said to be. */
final class ContainerCases {
  private static final String POD = "podb7f1f0c6_2f0e_4c3b_9a53_1f2f3c9a7d10";
  private static final String BURSTABLE =
      "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-" + POD + ".slice";
  private static final String BEST_EFFORT =
      "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-" + POD + ".slice";
  private static final String OUTER = id(0xff);

  private static final List<Place> PLACES = new ArrayList<>();
  private static final List<Inhabited> NAMESPACES = new ArrayList<>();

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
    // The one that made the packet. The cgroup's path, which events have too, names both.
    container("Docker in Kubernetes", BURSTABLE + "/cri-containerd-" + OUTER + ".scope/docker/ID");
    container("a service in a container", "/docker/ID/system.slice/nginx.service");
    // These watch over a container from outside of it.
    nothing("CRI-O's conmon", BEST_EFFORT + "/crio-conmon-ID.scope");
    nothing("Podman's conmon", "/machine.slice/libpod-conmon-ID.scope");
    nothing("a service", "/system.slice/nginx.service");
    nothing("a short id", "/docker/0123456789ab");
    nothing("what only looks alike", "/dropwatch-it.slice/docker-ID\u001b[31m.scope");
    PLACES.add(new Place("Docker, cgroup v1", "/docker/" + nextId(), nextId(), true));

    String pod = BURSTABLE + "/cri-containerd-";
    inhabited("Docker", id(0xe0), process("/docker/" + id(0xe0), "nginx"));
    inhabited(
        "a pod of one container and its sandbox",
        id(0xe2),
        process(pod + id(0xe1) + ".scope", "pause"),
        process(pod + id(0xe2) + ".scope", "nginx"));
    inhabited(
        "a pod of two containers",
        null,
        process(pod + id(0xe3) + ".scope", "nginx"),
        process(pod + id(0xe4) + ".scope", "envoy"));
    inhabited(
        "Docker, cgroup v1",
        id(0xe5),
        new Inhabited.Inhabitant(new Place("", "/docker/" + id(0xe5), id(0xe5), true), "nginx"));
    inhabited("a service", null, process("/dropwatch-it.slice/nginx.service", "nginx"));
  }

  private ContainerCases() {}

  /**
   * A cgroup.
   *
   * @param name of the case
   * @param path below the mount
   * @param container its id; null when it is none
   * @param v1 in a v1 hierarchy only
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
   * @param name of the case
   * @param container whose the namespace is said to be; null when nobody's
   * @param inhabitants processes that live in it
   */
  record Inhabited(String name, @Nullable String container, List<Inhabitant> inhabitants) {
    /** One of them. */
    record Inhabitant(Place place, String comm) {}

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Place> places() {
    return PLACES;
  }

  static List<Inhabited> namespaces() {
    return NAMESPACES;
  }

  private static void container(String name, String path) {
    PLACES.add(new Place(name, path.replace("ID", nextId()), nextId(), false));
  }

  private static void nothing(String name, String path) {
    PLACES.add(new Place(name, path.replace("ID", nextId()), null, false));
  }

  private static void inhabited(
      String name, @Nullable String container, Inhabited.Inhabitant... processes) {
    NAMESPACES.add(new Inhabited(name, container, List.of(processes)));
  }

  private static Inhabited.Inhabitant process(String path, String comm) {
    return new Inhabited.Inhabitant(new Place("", path, null, false), comm);
  }

  private static String nextId() {
    return id(0xa0 + PLACES.size());
  }

  private static String id(int digits) {
    return Integer.toHexString(digits).repeat(32);
  }
}
