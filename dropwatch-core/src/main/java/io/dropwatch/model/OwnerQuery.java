package io.dropwatch.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the kernel knew of a packet's owner: the input of an {@link OwnerResolver}. Immutable. */
public final class OwnerQuery {
  private final @Nullable OwnerSocket socket;
  private final NetworkNamespace networkNamespace;
  private final int pid;
  private final long taskCgroupId;

  private OwnerQuery(Builder from) {
    socket = from.socket;
    networkNamespace = from.networkNamespace;
    pid = from.pid;
    taskCgroupId = from.taskCgroupId;
  }

  /** Returns a builder in which nothing is known. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns the packet's socket; null when it had none. */
  public @Nullable OwnerSocket socket() {
    return socket;
  }

  /** Returns the namespace in which the packet was dropped. */
  public NetworkNamespace networkNamespace() {
    return networkNamespace;
  }

  /**
   * Returns the id of the process that was running, 0 when unknown. In softirq it has nothing to do
   * with the packet.
   */
  public int pid() {
    return pid;
  }

  /** Returns the id of the cgroup (v2) of that process, unsigned; 0 when unknown. */
  public long taskCgroupId() {
    return taskCgroupId;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof OwnerQuery that
        && Objects.equals(socket, that.socket)
        && networkNamespace.equals(that.networkNamespace)
        && pid == that.pid
        && taskCgroupId == that.taskCgroupId;
  }

  @Override
  public int hashCode() {
    return Objects.hash(socket, networkNamespace, pid, taskCgroupId);
  }

  @Override
  public String toString() {
    return "OwnerQuery[socket=%s, networkNamespace=%s, pid=%d, taskCgroupId=%s]"
        .formatted(socket, networkNamespace, pid, Long.toUnsignedString(taskCgroupId));
  }

  /** Builds an {@link OwnerQuery}. What is not set is unknown: null or 0. Not thread-safe. */
  public static final class Builder {
    private @Nullable OwnerSocket socket;
    private NetworkNamespace networkNamespace = NetworkNamespace.UNKNOWN;
    private int pid;
    private long taskCgroupId;

    private Builder() {}

    /** Sets {@link OwnerQuery#socket}. */
    public Builder socket(@Nullable OwnerSocket socket) {
      this.socket = socket;
      return this;
    }

    /** Sets {@link OwnerQuery#networkNamespace}. */
    public Builder networkNamespace(NetworkNamespace networkNamespace) {
      this.networkNamespace = Objects.requireNonNull(networkNamespace, "networkNamespace");
      return this;
    }

    /** Sets {@link OwnerQuery#pid}. */
    public Builder pid(int pid) {
      this.pid = pid;
      return this;
    }

    /** Sets {@link OwnerQuery#taskCgroupId}. */
    public Builder taskCgroupId(long taskCgroupId) {
      this.taskCgroupId = taskCgroupId;
      return this;
    }

    /** Returns the query. */
    public OwnerQuery build() {
      return new OwnerQuery(this);
    }
  }
}
