package io.dropwatch.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel knew of the packet's socket at the drop. Unlike the thread that was running, this
 * holds in softirq too.
 *
 * <p>Immutable; later releases may add members.
 */
public final class OwnerSocket {
  /** {@link #uid} of a socket that has no user. */
  public static final long NO_USER = -1;

  private final long cookie;
  private final long inode;
  private final long uid;
  private final long cgroupId;

  private OwnerSocket(long cookie, long inode, long uid, long cgroupId) {
    if (uid < NO_USER || uid > 0xffff_ffffL) {
      throw new IllegalArgumentException("a user id is an unsigned 32-bit number, not " + uid);
    }
    this.cookie = cookie;
    this.inode = inode;
    this.uid = uid;
    this.cgroupId = cgroupId;
  }

  /**
   * Returns a socket with these members.
   *
   * @param cookie see {@link #cookie}
   * @param inode see {@link #inode}
   * @param uid see {@link #uid}
   * @param cgroupId see {@link #cgroupId}
   */
  public static OwnerSocket of(long cookie, long inode, long uid, long cgroupId) {
    return new OwnerSocket(cookie, inode, uid, cgroupId);
  }

  /**
   * Returns the kernel's number for the socket, never used twice until the next boot (SO_COOKIE,
   * {@code ss -e}), unsigned; 0 when nobody has asked the kernel for one yet.
   */
  public long cookie() {
    return cookie;
  }

  /**
   * Returns the inode of the descriptor ({@code socket:[N]} in {@code /proc/PID/fd}), unsigned; 0
   * when no process has one, as before accept(2) and after close(2).
   */
  public long inode() {
    return inode;
  }

  /**
   * Returns its user in the initial user namespace, 0 to 2^32-1; -1 for sockets that have none
   * (TIME_WAIT and NEW_SYN_RECV).
   */
  public long uid() {
    return uid;
  }

  /**
   * Returns the id of the cgroup (v2) that made it: the inode of its folder, unsigned; 0 when
   * unknown.
   */
  public long cgroupId() {
    return cgroupId;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof OwnerSocket that
        && cookie == that.cookie
        && inode == that.inode
        && uid == that.uid
        && cgroupId == that.cgroupId;
  }

  @Override
  public int hashCode() {
    return Objects.hash(cookie, inode, uid, cgroupId);
  }

  @Override
  public String toString() {
    return "OwnerSocket[cookie=%s, inode=%s, uid=%s, cgroupId=%s]"
        .formatted(cookie, inode, uid, cgroupId);
  }
}
