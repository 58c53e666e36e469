package io.dropwatch.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The network namespace in which the packet was dropped.
 *
 * <p>Immutable; later releases may add members.
 */
public final class NetworkNamespace {
  /** Neither number is known. */
  public static final NetworkNamespace UNKNOWN = of(0, 0);

  private final long inum;
  private final long cookie;

  private NetworkNamespace(long inum, long cookie) {
    if (inum < 0 || inum > 0xffff_ffffL) {
      throw new IllegalArgumentException("inum must be between 0 and 4294967295, was " + inum);
    }
    this.inum = inum;
    this.cookie = cookie;
  }

  /**
   * Returns a namespace with these members.
   *
   * @param inum see {@link #inum}
   * @param cookie see {@link #cookie}
   */
  public static NetworkNamespace of(long inum, long cookie) {
    return new NetworkNamespace(inum, cookie);
  }

  /**
   * Returns the namespace's inode number, which {@code stat -L /proc/PID/ns/net} and {@code lsns}
   * show, an unsigned 32-bit number; 0 when unknown.
   */
  public long inum() {
    return inum;
  }

  /**
   * Returns the kernel's number for the namespace, never used twice until the next boot
   * (SO_NETNS_COOKIE), unsigned; 0 when unknown or never assigned.
   */
  public long cookie() {
    return cookie;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof NetworkNamespace that && inum == that.inum && cookie == that.cookie;
  }

  @Override
  public int hashCode() {
    return Objects.hash(inum, cookie);
  }

  @Override
  public String toString() {
    return "NetworkNamespace[inum=%s, cookie=%s]".formatted(inum, cookie);
  }
}
