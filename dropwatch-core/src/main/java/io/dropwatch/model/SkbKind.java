package io.dropwatch.model;

import java.util.List;
import java.util.Locale;

/**
 * What a dropped {@code sk_buff} holds. Sockets of some address families pass messages to each
 * other in buffers that are no packets: they have no headers, no EtherType and no device, and a
 * filter sees no bytes of them.
 *
 * <p>New kinds may come with new releases, so a {@code switch} needs a default case.
 */
public enum SkbKind {
  /** A packet. */
  PACKET(0),
  /** A message of AF_UNIX, unix(7). */
  UNIX(1),
  /** A message of AF_NETLINK, netlink(7). */
  NETLINK(16),
  /** A message of AF_VSOCK, vsock(7). */
  VSOCK(40),
  /** A message of AF_BLUETOOTH. */
  BLUETOOTH(31),
  /** A message of AF_KEY (IPsec keys). */
  KEY(15),
  /** A message of another address family. */
  OTHER(-1);

  private static final List<SkbKind> ALL = List.of(values());

  private final int family;
  private final String label = name().toLowerCase(Locale.ROOT);

  SkbKind(int family) {
    this.family = family;
  }

  /**
   * Returns the kind of a message.
   *
   * @param family {@code sk_family} of a socket that sends no packets
   */
  public static SkbKind ofFamily(int family) {
    return ALL.stream().filter(kind -> kind.family == family).findFirst().orElse(OTHER);
  }

  /** Returns {@code packet}, {@code netlink}, …, as in every output. */
  public String label() {
    return label;
  }
}
