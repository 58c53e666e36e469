package io.dropwatch.model;

/**
 * What the kernel knew of the packet's socket at the drop. Unlike the thread that was running, this
 * holds in softirq too.
 *
 * @param cookie the kernel's number for the socket, never used twice until the next boot
 *     (SO_COOKIE, {@code ss -e}), unsigned; 0 when nobody has asked the kernel for one yet
 * @param inode of the descriptor ({@code socket:[N]} in {@code /proc/PID/fd}), unsigned; 0 when no
 *     process has one, as before accept(2) and after close(2)
 * @param uid its user in the initial user namespace, 0 to 2^32-1; -1 for sockets that have none
 *     (TIME_WAIT and NEW_SYN_RECV)
 * @param cgroupId id of the cgroup (v2) that made it: the inode of its folder, unsigned; 0 when
 *     unknown
 */
public record OwnerSocket(long cookie, long inode, long uid, long cgroupId) {
  /** {@link #uid} of a socket that has no user. */
  public static final long NO_USER = -1;

  public OwnerSocket {
    if (uid < NO_USER || uid > 0xffff_ffffL) {
      throw new IllegalArgumentException("a user id is an unsigned 32-bit number, not " + uid);
    }
  }
}
