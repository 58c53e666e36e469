package io.dropwatch.model;

import java.util.List;
import java.util.Locale;

/**
 * Whom a packet was for, as the kernel found when it came in ({@code skb->pkt_type}, {@code
 * PACKET_*} of linux/if_packet.h). Packets that this host sends mostly keep {@link #HOST}, the
 * kernel's zero.
 */
public enum PacketType {
  /** For this host. */
  HOST(0),
  /** For everybody on the link. */
  BROADCAST(1),
  /** For a group. */
  MULTICAST(2),
  /** For somebody else: seen in promiscuous mode, or by a bridge. */
  OTHERHOST(3),
  /** Sent by this host, and looped back to those who listen. */
  OUTGOING(4),
  /** A broadcast or multicast of this host, on its way back to it. */
  LOOPBACK(5),
  /** To user space. */
  USER(6),
  /** To the kernel. */
  KERNEL(7);

  private static final List<PacketType> ALL = List.of(values());

  private final int number;
  private final String label = name().toLowerCase(Locale.ROOT);

  PacketType(int number) {
    this.number = number;
  }

  /**
   * Returns the type of a number.
   *
   * @param number {@code skb->pkt_type}, 0 to 7
   * @throws IllegalArgumentException if the number is another
   */
  public static PacketType of(int number) {
    if (number < 0 || number >= ALL.size()) {
      throw new IllegalArgumentException("packet type must be 0 to 7, was " + number);
    }
    return ALL.get(number);
  }

  /** {@code skb->pkt_type}. */
  public int number() {
    return number;
  }

  /** {@code host}, {@code broadcast}, …, as every output spells it. */
  public String label() {
    return label;
  }
}
