package io.dropwatch.model;

import java.util.List;
import java.util.Locale;

/**
 * To whom a received packet was addressed ({@code skb->pkt_type}, {@code PACKET_*} of
 * linux/if_packet.h). Packets that this host sends mostly keep {@link #HOST}, the kernel's zero.
 */
public enum PacketType {
  /** To this host. */
  HOST(0),
  /** Broadcast on the link. */
  BROADCAST(1),
  /** Multicast. */
  MULTICAST(2),
  /** To another host: received in promiscuous mode, or by a bridge. */
  OTHERHOST(3),
  /** Sent by this host, and looped back to packet sockets. */
  OUTGOING(4),
  /** A broadcast or multicast of this host, looped back to it. */
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

  /** Returns {@code skb->pkt_type}. */
  public int number() {
    return number;
  }

  /** Returns {@code host}, {@code broadcast}, …, as in every output. */
  public String label() {
    return label;
  }
}
