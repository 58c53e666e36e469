package io.dropwatch.internal.owner;

import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Descriptors by the inode of their socket, as they were read last. Takes 4 MiB, however many
 * sockets there are: each new one replaces the oldest of the four in its place. A user who opens
 * many sockets makes others be looked up again, and cannot choose whose. Not thread-safe.
 */
final class SocketTable {
  private static final int WAYS = 4;
  private static final int SETS = 1 << 16;

  /** The most sockets. */
  static final int MAX_SOCKETS = WAYS * SETS;

  private static final int INIT = 1;

  private final long seed = ThreadLocalRandom.current().nextLong() | 1;
  private final long[] inodes = new long[MAX_SOCKETS];

  // The process id in the upper half, the descriptor in the lower.
  private final long[] holders = new long[MAX_SOCKETS];
  private final byte[] oldest = new byte[SETS];

  /**
   * A descriptor of a process.
   *
   * @param pid process
   * @param fd the descriptor's number
   */
  record Holder(int pid, int fd) {}

  /**
   * Adds a descriptor. Of several processes the one that made the socket is kept, which is the
   * parent and has the lowest id; except an init that activates sockets.
   *
   * @param inode not 0
   */
  void put(long inode, int pid, int fd) {
    int set = set(inode);
    int slot = slot(set, inode);
    if (slot < 0) {
      slot = set * WAYS + oldest[set];
      oldest[set] = (byte) ((oldest[set] + 1) % WAYS);
    } else if (!isBetter(pid, (int) (holders[slot] >>> 32))) {
      return;
    }
    inodes[slot] = inode;
    holders[slot] = (long) pid << 32 | fd;
  }

  private static boolean isBetter(int pid, int than) {
    return than == INIT || (pid != INIT && pid <= than);
  }

  /** Returns a descriptor of a socket; null when none is known. */
  @Nullable Holder get(long inode) {
    int slot = slot(set(inode), inode);
    return slot < 0 ? null : new Holder((int) (holders[slot] >>> 32), (int) holders[slot]);
  }

  /** Forgets a socket, whose descriptor is another file's now. */
  void remove(long inode) {
    int slot = slot(set(inode), inode);
    if (slot >= 0) {
      inodes[slot] = 0;
    }
  }

  private int set(long inode) {
    return (int) ((inode * 0x9e3779b97f4a7c15L * seed) >>> 40) & (SETS - 1);
  }

  private int slot(int set, long inode) {
    for (int slot = set * WAYS; slot < (set + 1) * WAYS; slot++) {
      if (inodes[slot] == inode) {
        return slot;
      }
    }
    return -1;
  }
}
