package io.dropwatch.layers;

/** IANA protocol numbers of the headers after IP, and their names as HUATUO spells them. */
final class IpProtocol {
  static final int HOP_BY_HOP = 0;
  static final int ICMP = 1;
  static final int IPV4 = 4;
  static final int TCP = 6;
  static final int UDP = 17;
  static final int IPV6 = 41;
  static final int ROUTING = 43;
  static final int FRAGMENT = 44;
  static final int GRE = 47;
  static final int AUTHENTICATION = 51;
  static final int ICMPV6 = 58;
  static final int DESTINATION_OPTIONS = 60;
  static final int IPIP = 94;
  static final int SCTP = 132;
  static final int MOBILITY = 135;
  static final int MPLS = 137;
  static final int HOST_IDENTITY = 139;
  static final int SHIM6 = 140;

  private static final String UNKNOWN = "UnknownIPProtocol";

  private IpProtocol() {}

  static void decode(Dissection dissection, int protocol) {
    switch (protocol) {
      case TCP -> Tcp.decode(dissection);
      case UDP -> Udp.decode(dissection);
      case SCTP -> Sctp.decode(dissection);
      case ICMP -> Icmp.decode(dissection, 4);
      case ICMPV6 -> Icmp.decode(dissection, 6);
      case GRE -> Gre.decode(dissection);
      case IPV4, IPIP -> dissection.inside(Ipv4::decode);
      case IPV6 -> dissection.inside(Ipv6::decode);
      case MPLS -> dissection.inside(Mpls::decode);
      default -> {}
    }
  }

  /** Returns the name in labels: {@code ICMP} for version 4, the number if it has no name. */
  static String label(int protocol) {
    if (protocol == ICMP) {
      return "ICMP";
    }
    if (protocol < 0) {
      return "other";
    }
    String name = name(protocol);
    return name.equals(UNKNOWN) ? Integer.toString(protocol) : name;
  }

  static String name(int protocol) {
    return switch (protocol) {
      case IPV4, IPIP -> "IPv4";
      case TCP -> "TCP";
      case UDP -> "UDP";
      case ICMP -> "ICMPv4";
      case ICMPV6 -> "ICMPv6";
      case SCTP -> "SCTP";
      case IPV6 -> "IPv6";
      case 97 -> "EtherIP";
      case 27 -> "RUDP";
      case GRE -> "GRE";
      case HOP_BY_HOP -> "IPv6HopByHop";
      case ROUTING -> "IPv6Routing";
      case FRAGMENT -> "IPv6Fragment";
      case DESTINATION_OPTIONS -> "IPv6Destination";
      case 89 -> "OSPF";
      case AUTHENTICATION -> "IPSecAH";
      case 50 -> "IPSecESP";
      case 136 -> "UDPLite";
      case MPLS -> "MPLS";
      case 59 -> "NoNextHeader";
      case 2 -> "IGMP";
      case 112 -> "VRRP";
      default -> UNKNOWN;
    };
  }
}
