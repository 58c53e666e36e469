package io.dropwatch.layers;

/**
 * IEEE 802 numbers of the headers after a MAC header (RFC 9542), and their names as HUATUO spells
 * them. Values below 0x600 are lengths of 802.3 frames, except where the kernel uses them in {@code
 * skb->protocol}.
 */
final class EtherType {
  /** Means that the field is a length, as in HUATUO's output. */
  static final int LLC = 0;

  static final int IPV4 = 0x0800;
  static final int ARP = 0x0806;
  static final int TRANSPARENT_ETHERNET_BRIDGING = 0x6558;
  static final int RARP = 0x8035;
  static final int DOT1Q = 0x8100;
  static final int MPLS_UNICAST = 0x8847;
  static final int MPLS_MULTICAST = 0x8848;
  static final int PPPOE_DISCOVERY = 0x8863;
  static final int PPPOE_SESSION = 0x8864;
  static final int IPV6 = 0x86dd;
  static final int QINQ = 0x88a8;
  static final int OLD_QINQ = 0x9100;

  /** The lowest number that is a type and not a length. */
  static final int FIRST_TYPE = 0x600;

  // linux/if_ether.h, ETH_P_802_2: the kernel's number for a frame that starts with an LLC header.
  private static final int KERNEL_LLC = 4;

  static final String UNKNOWN = "UnknownEthernetType";

  private EtherType() {}

  static boolean isVlan(int type) {
    return type == DOT1Q || type == QINQ || type == OLD_QINQ;
  }

  /** Decodes the headers after a type field, VLAN tags first. */
  static void decode(Dissection dissection, int first) {
    int type = first;
    while (isVlan(type)) {
      if (!dissection.has(Vlan.LENGTH)) {
        return;
      }
      Vlan tag = Vlan.decode(dissection, type);
      if (tag.type() < FIRST_TYPE) {
        dissection.cursor().limit(tag.type());
        Llc.decode(dissection);
        return;
      }
      type = tag.type();
    }
    switch (type) {
      case IPV4 -> Ipv4.decode(dissection);
      case IPV6 -> Ipv6.decode(dissection);
      case ARP, RARP -> Arp.decode(dissection);
      case MPLS_UNICAST, MPLS_MULTICAST -> Mpls.decode(dissection);
      case PPPOE_DISCOVERY, PPPOE_SESSION -> Pppoe.decode(dissection);
      case KERNEL_LLC -> Llc.decode(dissection);
      default -> {}
    }
  }

  /** Decodes the payload of a tunnel: an Ethernet frame, or what an EtherType names. */
  static void decodeInside(Dissection dissection, int protocol) {
    if (protocol == TRANSPARENT_ETHERNET_BRIDGING) {
      dissection.inside(Ethernet::decode);
    } else {
      dissection.inside(inside -> decode(inside, protocol));
    }
  }

  /** Decodes IPv4 or IPv6, by the version field. */
  static void decodeIp(Dissection dissection) {
    if (!dissection.has(1)) {
      return;
    }
    switch (dissection.cursor().peek() >> 4) {
      case 4 -> Ipv4.decode(dissection);
      case 6 -> Ipv6.decode(dissection);
      default -> {}
    }
  }

  static String name(int type) {
    return switch (type) {
      case LLC -> "LLC";
      case IPV4 -> "IPv4";
      case IPV6 -> "IPv6";
      case ARP -> "ARP";
      case RARP -> "RARP";
      case DOT1Q, QINQ -> "Dot1Q";
      case 0x880b -> "PPP";
      case PPPOE_DISCOVERY -> "PPPoEDiscovery";
      case PPPOE_SESSION -> "PPPoESession";
      case 0x9000 -> "EthernetCTP";
      case 0x2000 -> "CiscoDiscovery";
      case 0x01a2 -> "NortelDiscovery";
      case 0x88cc -> "LinkLayerDiscovery";
      case MPLS_UNICAST -> "MPLSUnicast";
      case MPLS_MULTICAST -> "MPLSMulticast";
      case 0x888e -> "EAPOL";
      case TRANSPARENT_ETHERNET_BRIDGING -> "TransparentEthernetBridging";
      case Erspan.TYPE_II -> "ERSPAN Type II";
      default -> UNKNOWN;
    };
  }
}
