package io.dropwatch.model;

import org.jspecify.annotations.Nullable;

/**
 * Whom the packet belonged to, by name: what an {@link OwnerResolver} made of the kernel's numbers
 * when the event was read. Null is "not known" or "none"; a wrong name is worse.
 *
 * @param process that has the socket open; with several (after fork) the lowest pid other than 1
 * @param cgroupPath path of the socket's cgroup (v2) below its mount, such as {@code
 *     /system.slice/nginx.service}
 * @param networkNamespaceName what {@code ip netns} or Docker calls the namespace
 * @param containerId of the socket's cgroup, its process, or its namespace
 */
public record Owner(
    @Nullable OwnerProcess process,
    @Nullable String cgroupPath,
    @Nullable String networkNamespaceName,
    @Nullable String containerId) {
  /** Nothing is known. */
  public static final Owner UNKNOWN = new Owner(null, null, null, null);

  public Owner {
    cgroupPath = wellFormed(cgroupPath);
    networkNamespaceName = wellFormed(networkNamespaceName);
    containerId = wellFormed(containerId);
  }

  /** The same with another container. */
  public Owner withContainerId(@Nullable String id) {
    return new Owner(process, cgroupPath, networkNamespaceName, id);
  }

  private static @Nullable String wellFormed(@Nullable String text) {
    return text == null ? null : WellFormed.text(text);
  }
}
