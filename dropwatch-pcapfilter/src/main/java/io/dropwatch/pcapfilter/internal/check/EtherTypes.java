package io.dropwatch.pcapfilter.internal.check;

/** Numbers of network protocols: IANA's ethertypes, IEEE's 802.2 access points, PPP's protocols. */
final class EtherTypes {
  static final int IP = 0x0800;
  static final int ARP = 0x0806;
  static final int RARP = 0x8035;
  static final int IP6 = 0x86dd;
  static final int VLAN = 0x8100;
  static final int VLAN_8021AD = 0x88a8;
  static final int VLAN_QINQ = 0x9100;
  static final int MPLS = 0x8847;
  static final int PPPOE_DISCOVERY = 0x8863;
  static final int PPPOE_SESSION = 0x8864;
  static final int TRANSPARENT_BRIDGING = 0x6558;
  static final int ATALK = 0x809b;
  static final int AARP = 0x80f3;
  static final int IPX = 0x8137;
  static final int MOPDL = 0x6001;
  static final int MOPRC = 0x6002;
  static final int DECNET = 0x6003;
  static final int LAT = 0x6004;
  static final int SCA = 0x6007;
  static final int SAP_IP = 0x06;
  static final int SAP_STP = 0x42;
  static final int SAP_IPX = 0xe0;
  static final int SAP_NETBEUI = 0xf0;
  static final int SAP_OSI = 0xfe;
  private static final int XNS = 0x0600;

  private EtherTypes() {}

  /** The PPP protocol number of an ethertype or access point; others are compared as they are. */
  static int ppp(int type) {
    return switch (type) {
      case IP -> 0x0021;
      case IP6 -> 0x0057;
      case DECNET -> 0x0027;
      case ATALK -> 0x0029;
      case XNS -> 0x0025;
      case SAP_OSI -> 0x0023;
      case SAP_STP -> 0x0031;
      case SAP_IPX -> 0x002b;
      default -> type;
    };
  }
}
