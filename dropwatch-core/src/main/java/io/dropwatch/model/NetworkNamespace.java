package io.dropwatch.model;

/**
 * The network namespace in which the packet was dropped.
 *
 * @param inum the namespace's inode number, which {@code stat -L /proc/PID/ns/net} and {@code lsns}
 *     show, an unsigned 32-bit number; 0 when unknown
 * @param cookie the kernel's number for the namespace, never used twice until the next boot
 *     (SO_NETNS_COOKIE), unsigned; 0 when unknown or never assigned
 */
public record NetworkNamespace(long inum, long cookie) {
  /** Neither number is known. */
  public static final NetworkNamespace UNKNOWN = new NetworkNamespace(0, 0);

  public NetworkNamespace {
    if (inum < 0 || inum > 0xffff_ffffL) {
      throw new IllegalArgumentException("inum must be between 0 and 4294967295, was " + inum);
    }
  }
}
