package io.dropwatch.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A process that has the packet's socket open.
 *
 * <p>Immutable; later releases may add members.
 */
public final class OwnerProcess {
  private final int pid;
  private final String comm;

  private OwnerProcess(int pid, String comm) {
    if (pid <= 0) {
      throw new IllegalArgumentException("a process that owns a socket has a positive id: " + pid);
    }
    this.comm = WellFormed.text(comm);
    this.pid = pid;
  }

  /**
   * Returns a process with these members.
   *
   * @param pid see {@link #pid}
   * @param comm see {@link #comm}
   */
  public static OwnerProcess of(int pid, String comm) {
    return new OwnerProcess(pid, comm);
  }

  /** Returns the process id in the pid namespace of the watcher; positive. */
  public int pid() {
    return pid;
  }

  /** Returns the command name ({@code /proc/PID/comm}), chosen by the process: any characters. */
  public String comm() {
    return comm;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof OwnerProcess that && pid == that.pid && comm.equals(that.comm);
  }

  @Override
  public int hashCode() {
    return Objects.hash(pid, comm);
  }

  @Override
  public String toString() {
    return "OwnerProcess[pid=%s, comm=%s]".formatted(pid, comm);
  }
}
