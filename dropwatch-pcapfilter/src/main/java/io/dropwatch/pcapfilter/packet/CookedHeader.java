package io.dropwatch.pcapfilter.packet;

import io.dropwatch.pcapfilter.internal.predicate.EtherTypes;
import org.jspecify.annotations.Nullable;

/**
 * What a capture has in place of the link-layer header where it is not Ethernet: the pseudo-headers
 * of Linux (LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2) and of BSD's loopback (LINKTYPE_NULL,
 * LINKTYPE_LOOP).
 *
 * @param length bytes before the network header
 * @param etherType EtherType of the network header; 0 when unknown
 * @param packetType PACKET_HOST 0, BROADCAST 1, MULTICAST 2, OTHERHOST 3, OUTGOING 4
 * @param ifindex index of the device; 0 when unknown
 * @see <a href="https://www.tcpdump.org/linktypes.html">link-layer header types</a>
 */
record CookedHeader(int length, int etherType, int packetType, int ifindex) {
  /** Of a packet with a link-layer header that is known. */
  static final CookedHeader NONE = new CookedHeader(0, 0, 0, 0);

  private static final int SLL = 113;
  private static final int SLL2 = 276;
  private static final int NULL = 0;
  private static final int LOOP = 108;

  /** The smallest EtherType; smaller numbers are 802.3 frames and the like. */
  private static final int ETHERTYPE_MIN = 0x600;

  /**
   * Returns the header of a packet; null if the link type has none.
   *
   * @param linkType LINKTYPE_ number
   */
  static @Nullable CookedHeader of(int linkType, byte[] packet) {
    return switch (linkType) {
      case SLL -> new CookedHeader(16, etherType(packet, 14), u8(packet, 1) & 7, 0);
      case SLL2 -> new CookedHeader(20, etherType(packet, 0), u8(packet, 10) & 7, i32(packet, 4));
      case NULL, LOOP -> new CookedHeader(4, ofFamily(i32(packet, 0)), 0, 0);
      default -> null;
    };
  }

  private static int etherType(byte[] packet, int at) {
    int type = u8(packet, at) << 8 | u8(packet, at + 1);
    return type < ETHERTYPE_MIN ? 0 : type;
  }

  // LINKTYPE_NULL has the byte order of the machine that captured; no family is above 65535. The
  // number of AF_INET6 differs: 10 on Linux, 24, 28 or 30 on BSD and macOS.
  private static int ofFamily(int family) {
    int number = (family & 0xffff0000) == 0 ? family : Integer.reverseBytes(family);
    return switch (number) {
      case 2 -> EtherTypes.IP;
      case 10, 24, 28, 30 -> EtherTypes.IP6;
      default -> 0;
    };
  }

  /** Returns 0 for what was not captured. */
  private static int u8(byte[] packet, int at) {
    return at < packet.length ? packet[at] & 0xff : 0;
  }

  private static int i32(byte[] packet, int at) {
    return u8(packet, at) << 24
        | u8(packet, at + 1) << 16
        | u8(packet, at + 2) << 8
        | u8(packet, at + 3);
  }
}
