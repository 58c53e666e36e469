package io.dropwatch.pcapfilter.internal.predicate;

/** Numbers of network protocols: EtherTypes, 802.2 service access points, PPP protocols. */
public final class EtherTypes {
  public static final int IP = 0x0800;
  public static final int ARP = 0x0806;
  public static final int RARP = 0x8035;
  public static final int IP6 = 0x86dd;
  public static final int VLAN = 0x8100;
  public static final int VLAN_8021AD = 0x88a8;
  public static final int VLAN_QINQ = 0x9100;
  public static final int MPLS = 0x8847;
  public static final int PPPOE_DISCOVERY = 0x8863;
  public static final int PPPOE_SESSION = 0x8864;
  public static final int TRANSPARENT_BRIDGING = 0x6558;
  public static final int ATALK = 0x809b;
  public static final int AARP = 0x80f3;
  public static final int IPX = 0x8137;
  public static final int MOPDL = 0x6001;
  public static final int MOPRC = 0x6002;
  public static final int DECNET = 0x6003;
  public static final int LAT = 0x6004;
  public static final int SCA = 0x6007;
  public static final int SAP_IP = 0x06;
  public static final int SAP_STP = 0x42;
  public static final int SAP_IPX = 0xe0;
  public static final int SAP_NETBEUI = 0xf0;
  public static final int SAP_OSI = 0xfe;
  private static final int XNS = 0x0600;

  private EtherTypes() {}

  /** Returns whether it is the TPID of a VLAN tag. */
  public static boolean isVlan(int type) {
    return type == VLAN || type == VLAN_8021AD || type == VLAN_QINQ;
  }

  /** Returns the PPP protocol number of an EtherType or access point; others unchanged. */
  public static int ppp(int type) {
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
