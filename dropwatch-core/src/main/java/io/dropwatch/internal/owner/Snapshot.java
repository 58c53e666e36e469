package io.dropwatch.internal.owner;

import java.util.Map;

/**
 * The machine as one look through it found it.
 *
 * @param holders who has a socket open, by the socket's inode
 * @param containers the container of a network namespace by its inode, where its processes belong
 *     to exactly one, the sandbox of a pod not counted unless it is alone, and it is not the
 *     namespace of the machine itself
 * @param cgroups paths of cgroups (v2) by id
 */
record Snapshot(
    Map<Long, Holder> holders, Map<Long, String> containers, Map<Long, String> cgroups) {
  static final Snapshot EMPTY = new Snapshot(Map.of(), Map.of(), Map.of());

  /**
   * A descriptor of a process.
   *
   * @param pid process
   * @param fd the descriptor's number
   */
  record Holder(int pid, int fd) {}
}
