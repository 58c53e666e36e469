package io.dropwatch.model;

/**
 * A process that has the packet's socket open.
 *
 * @param pid in the watcher's pid namespace; positive
 * @param comm its command ({@code /proc/PID/comm}), chosen by the process: any characters
 */
public record OwnerProcess(int pid, String comm) {
  public OwnerProcess {
    if (pid <= 0) {
      throw new IllegalArgumentException("a process that owns a socket has a positive id: " + pid);
    }
    comm = WellFormed.text(comm);
  }
}
