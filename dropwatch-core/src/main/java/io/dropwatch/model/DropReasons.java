package io.dropwatch.model;

/**
 * Names of the drop reasons of the kernel's core ({@code enum skb_drop_reason} up to Linux 7.2),
 * without {@code SKB_DROP_REASON_}, for {@link DropReason#is} and for a switch over {@link
 * DropReason#shortName}. What each means is {@link DropReason#explanation}. A kernel has some of
 * them only; newer kernels have more, which are compared by their names.
 *
 * <pre>{@code
 * switch (event.reason().shortName()) {
 *   case DropReasons.NO_SOCKET, DropReasons.TCP_CLOSE -> closed++;
 *   case DropReasons.NETFILTER_DROP -> firewall++;
 *   default -> others++;
 * }
 * }</pre>
 */
public final class DropReasons {
  public static final String ARP_PVLAN_DISABLE = "ARP_PVLAN_DISABLE";
  public static final String BPF_CGROUP_EGRESS = "BPF_CGROUP_EGRESS";
  public static final String BRIDGE_INGRESS_STP_STATE = "BRIDGE_INGRESS_STP_STATE";
  public static final String CAKE_FLOOD = "CAKE_FLOOD";
  public static final String CANFD_RX_INVALID_FRAME = "CANFD_RX_INVALID_FRAME";
  public static final String CANXL_RX_INVALID_FRAME = "CANXL_RX_INVALID_FRAME";
  public static final String CAN_RX_INVALID_FRAME = "CAN_RX_INVALID_FRAME";
  public static final String CPU_BACKLOG = "CPU_BACKLOG";
  public static final String DEV_HDR = "DEV_HDR";
  public static final String DEV_READY = "DEV_READY";
  public static final String DUALPI2_STEP_DROP = "DUALPI2_STEP_DROP";
  public static final String DUP_FRAG = "DUP_FRAG";
  public static final String FQ_BAND_LIMIT = "FQ_BAND_LIMIT";
  public static final String FQ_FLOW_LIMIT = "FQ_FLOW_LIMIT";
  public static final String FQ_HORIZON_LIMIT = "FQ_HORIZON_LIMIT";
  public static final String FRAG_REASM_TIMEOUT = "FRAG_REASM_TIMEOUT";
  public static final String FRAG_TOO_FAR = "FRAG_TOO_FAR";
  public static final String FULL_RING = "FULL_RING";
  public static final String HDR_TRUNC = "HDR_TRUNC";
  public static final String ICMP_CSUM = "ICMP_CSUM";
  public static final String INVALID_PROTO = "INVALID_PROTO";
  public static final String IPV6DISABLED = "IPV6DISABLED";
  public static final String IPV6_BAD_EXTHDR = "IPV6_BAD_EXTHDR";
  public static final String IPV6_NDISC_BAD_CODE = "IPV6_NDISC_BAD_CODE";
  public static final String IPV6_NDISC_BAD_OPTIONS = "IPV6_NDISC_BAD_OPTIONS";
  public static final String IPV6_NDISC_FRAG = "IPV6_NDISC_FRAG";
  public static final String IPV6_NDISC_HOP_LIMIT = "IPV6_NDISC_HOP_LIMIT";
  public static final String IPV6_NDISC_NS_OTHERHOST = "IPV6_NDISC_NS_OTHERHOST";
  public static final String IPV6_TOO_MANY_EXTHDRS = "IPV6_TOO_MANY_EXTHDRS";
  public static final String IPVLAN_MULTICAST_BACKLOG = "IPVLAN_MULTICAST_BACKLOG";
  public static final String IP_CSUM = "IP_CSUM";
  public static final String IP_INADDRERRORS = "IP_INADDRERRORS";
  public static final String IP_INHDR = "IP_INHDR";
  public static final String IP_INNOROUTES = "IP_INNOROUTES";
  public static final String IP_INVALID_DEST = "IP_INVALID_DEST";
  public static final String IP_INVALID_SOURCE = "IP_INVALID_SOURCE";
  public static final String IP_LOCALNET = "IP_LOCALNET";
  public static final String IP_LOCAL_SOURCE = "IP_LOCAL_SOURCE";
  public static final String IP_NOPROTO = "IP_NOPROTO";
  public static final String IP_OUTNOROUTES = "IP_OUTNOROUTES";
  public static final String IP_RPFILTER = "IP_RPFILTER";
  public static final String IP_TUNNEL_ECN = "IP_TUNNEL_ECN";
  public static final String LOCAL_MAC = "LOCAL_MAC";
  public static final String MACVLAN_BROADCAST_BACKLOG = "MACVLAN_BROADCAST_BACKLOG";
  public static final String MAC_IEEE_MAC_CONTROL = "MAC_IEEE_MAC_CONTROL";
  public static final String MAC_INVALID_SOURCE = "MAC_INVALID_SOURCE";
  public static final String NEIGH_CREATEFAIL = "NEIGH_CREATEFAIL";
  public static final String NEIGH_DEAD = "NEIGH_DEAD";
  public static final String NEIGH_FAILED = "NEIGH_FAILED";
  public static final String NEIGH_HH_FILLFAIL = "NEIGH_HH_FILLFAIL";
  public static final String NEIGH_QUEUEFULL = "NEIGH_QUEUEFULL";
  public static final String NETFILTER_DROP = "NETFILTER_DROP";
  public static final String NOMEM = "NOMEM";
  public static final String NOT_SPECIFIED = "NOT_SPECIFIED";
  public static final String NO_SOCKET = "NO_SOCKET";
  public static final String NO_TX_TARGET = "NO_TX_TARGET";
  public static final String OTHERHOST = "OTHERHOST";
  public static final String PACKET_SOCK_ERROR = "PACKET_SOCK_ERROR";
  public static final String PFMEMALLOC = "PFMEMALLOC";
  public static final String PKT_TOO_BIG = "PKT_TOO_BIG";
  public static final String PKT_TOO_SMALL = "PKT_TOO_SMALL";
  public static final String PROTO_MEM = "PROTO_MEM";
  public static final String PSP_INPUT = "PSP_INPUT";
  public static final String PSP_OUTPUT = "PSP_OUTPUT";
  public static final String QDISC_BURST_DROP = "QDISC_BURST_DROP";
  public static final String QDISC_CONGESTED = "QDISC_CONGESTED";
  public static final String QDISC_DROP = "QDISC_DROP";
  public static final String QDISC_OVERLIMIT = "QDISC_OVERLIMIT";
  public static final String QUEUE_PURGE = "QUEUE_PURGE";
  public static final String RECURSION_LIMIT = "RECURSION_LIMIT";
  public static final String SECURITY_HOOK = "SECURITY_HOOK";
  public static final String SKB_BAD_GSO = "SKB_BAD_GSO";
  public static final String SKB_CSUM = "SKB_CSUM";
  public static final String SKB_GSO_SEG = "SKB_GSO_SEG";
  public static final String SKB_UCOPY_FAULT = "SKB_UCOPY_FAULT";
  public static final String SOCKET_BACKLOG = "SOCKET_BACKLOG";
  public static final String SOCKET_CLOSE = "SOCKET_CLOSE";
  public static final String SOCKET_FILTER = "SOCKET_FILTER";
  public static final String SOCKET_RCVBUFF = "SOCKET_RCVBUFF";
  public static final String TAP_FILTER = "TAP_FILTER";
  public static final String TAP_TXFILTER = "TAP_TXFILTER";
  public static final String TCP_ABORT_ON_DATA = "TCP_ABORT_ON_DATA";
  public static final String TCP_ACK_UNSENT_DATA = "TCP_ACK_UNSENT_DATA";
  public static final String TCP_AOFAILURE = "TCP_AOFAILURE";
  public static final String TCP_AOKEYNOTFOUND = "TCP_AOKEYNOTFOUND";
  public static final String TCP_AONOTFOUND = "TCP_AONOTFOUND";
  public static final String TCP_AOUNEXPECTED = "TCP_AOUNEXPECTED";
  public static final String TCP_AUTH_HDR = "TCP_AUTH_HDR";
  public static final String TCP_CLOSE = "TCP_CLOSE";
  public static final String TCP_CSUM = "TCP_CSUM";
  public static final String TCP_FASTOPEN = "TCP_FASTOPEN";
  public static final String TCP_FLAGS = "TCP_FLAGS";
  public static final String TCP_INVALID_ACK_SEQUENCE = "TCP_INVALID_ACK_SEQUENCE";
  public static final String TCP_INVALID_END_SEQUENCE = "TCP_INVALID_END_SEQUENCE";
  public static final String TCP_INVALID_SEQUENCE = "TCP_INVALID_SEQUENCE";
  public static final String TCP_INVALID_SYN = "TCP_INVALID_SYN";
  public static final String TCP_LISTEN_OVERFLOW = "TCP_LISTEN_OVERFLOW";
  public static final String TCP_MD5FAILURE = "TCP_MD5FAILURE";
  public static final String TCP_MD5NOTFOUND = "TCP_MD5NOTFOUND";
  public static final String TCP_MD5UNEXPECTED = "TCP_MD5UNEXPECTED";
  public static final String TCP_MINTTL = "TCP_MINTTL";
  public static final String TCP_OFOMERGE = "TCP_OFOMERGE";
  public static final String TCP_OFO_DROP = "TCP_OFO_DROP";
  public static final String TCP_OFO_QUEUE_PRUNE = "TCP_OFO_QUEUE_PRUNE";
  public static final String TCP_OLD_ACK = "TCP_OLD_ACK";
  public static final String TCP_OLD_DATA = "TCP_OLD_DATA";
  public static final String TCP_OLD_SEQUENCE = "TCP_OLD_SEQUENCE";
  public static final String TCP_OVERWINDOW = "TCP_OVERWINDOW";
  public static final String TCP_RESET = "TCP_RESET";
  public static final String TCP_RFC7323_PAWS = "TCP_RFC7323_PAWS";
  public static final String TCP_RFC7323_PAWS_ACK = "TCP_RFC7323_PAWS_ACK";
  public static final String TCP_RFC7323_TSECR = "TCP_RFC7323_TSECR";
  public static final String TCP_RFC7323_TW_PAWS = "TCP_RFC7323_TW_PAWS";
  public static final String TCP_TOO_OLD_ACK = "TCP_TOO_OLD_ACK";
  public static final String TCP_ZEROWINDOW = "TCP_ZEROWINDOW";
  public static final String TC_CHAIN_NOTFOUND = "TC_CHAIN_NOTFOUND";
  public static final String TC_COOKIE_ERROR = "TC_COOKIE_ERROR";
  public static final String TC_EGRESS = "TC_EGRESS";
  public static final String TC_INGRESS = "TC_INGRESS";
  public static final String TC_RECLASSIFY_LOOP = "TC_RECLASSIFY_LOOP";
  public static final String TUNNEL_TXINFO = "TUNNEL_TXINFO";
  public static final String UDP_CSUM = "UDP_CSUM";
  public static final String UNHANDLED_PROTO = "UNHANDLED_PROTO";
  public static final String UNICAST_IN_L2_MULTICAST = "UNICAST_IN_L2_MULTICAST";
  public static final String UNIX_DISCONNECT = "UNIX_DISCONNECT";
  public static final String UNIX_SKIP_OOB = "UNIX_SKIP_OOB";
  public static final String VXLAN_ENTRY_EXISTS = "VXLAN_ENTRY_EXISTS";
  public static final String VXLAN_INVALID_HDR = "VXLAN_INVALID_HDR";
  public static final String VXLAN_VNI_NOT_FOUND = "VXLAN_VNI_NOT_FOUND";
  public static final String XDP = "XDP";
  public static final String XFRM_POLICY = "XFRM_POLICY";

  private DropReasons() {}
}
