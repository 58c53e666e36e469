package io.dropwatch.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The owner of a packet, by name: what an {@link OwnerResolver} made of the kernel's numbers when
 * the event was read. Null means not known, or none.
 *
 * <p>Immutable; later releases may add members.
 */
public final class Owner {
  /** Nothing is known. */
  public static final Owner UNKNOWN = of(null, null, null, null);

  private final @Nullable OwnerProcess process;
  private final @Nullable String cgroupPath;
  private final @Nullable String networkNamespaceName;
  private final @Nullable String containerId;

  private Owner(
      @Nullable OwnerProcess process,
      @Nullable String cgroupPath,
      @Nullable String networkNamespaceName,
      @Nullable String containerId) {
    this.cgroupPath = wellFormed(cgroupPath);
    this.networkNamespaceName = wellFormed(networkNamespaceName);
    this.containerId = wellFormed(containerId);
    this.process = process;
  }

  /**
   * Returns an owner with these members.
   *
   * @param process see {@link #process}
   * @param cgroupPath see {@link #cgroupPath}
   * @param networkNamespaceName see {@link #networkNamespaceName}
   * @param containerId see {@link #containerId}
   */
  public static Owner of(
      @Nullable OwnerProcess process,
      @Nullable String cgroupPath,
      @Nullable String networkNamespaceName,
      @Nullable String containerId) {
    return new Owner(process, cgroupPath, networkNamespaceName, containerId);
  }

  /**
   * Returns the process that has the socket open; of several (after fork) the one with the lowest
   * pid other than 1. Null when unknown.
   */
  public @Nullable OwnerProcess process() {
    return process;
  }

  /**
   * Returns the path of the socket's cgroup (v2) below its mount, such as {@code
   * /system.slice/nginx.service}.
   */
  public @Nullable String cgroupPath() {
    return cgroupPath;
  }

  /** Returns the name that {@code ip netns} or Docker gave the namespace. */
  public @Nullable String networkNamespaceName() {
    return networkNamespaceName;
  }

  /**
   * Returns the id of the container of the socket's cgroup or its process; if neither is known, of
   * the network namespace. For LXC and systemd-nspawn the id is the name of the container.
   */
  public @Nullable String containerId() {
    return containerId;
  }

  /** Returns this owner with another container. */
  public Owner withContainerId(@Nullable String id) {
    return of(process, cgroupPath, networkNamespaceName, id);
  }

  private static @Nullable String wellFormed(@Nullable String text) {
    return text == null ? null : WellFormed.text(text);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Owner that
        && Objects.equals(process, that.process)
        && Objects.equals(cgroupPath, that.cgroupPath)
        && Objects.equals(networkNamespaceName, that.networkNamespaceName)
        && Objects.equals(containerId, that.containerId);
  }

  @Override
  public int hashCode() {
    return Objects.hash(process, cgroupPath, networkNamespaceName, containerId);
  }

  @Override
  public String toString() {
    return "Owner[process=%s, cgroupPath=%s, networkNamespaceName=%s, containerId=%s]"
        .formatted(process, cgroupPath, networkNamespaceName, containerId);
  }
}
