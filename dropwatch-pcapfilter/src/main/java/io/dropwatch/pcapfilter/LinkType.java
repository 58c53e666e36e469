package io.dropwatch.pcapfilter;

/** What the first byte of a packet is: where a filter, and a decoder, starts to read. */
public enum LinkType {
  /** The destination address of an Ethernet header; libpcap's DLT_EN10MB. */
  ETHERNET,
  /** The first byte of an IPv4 or IPv6 header; libpcap's DLT_RAW. */
  RAW_IP,
  /**
   * A kernel socket buffer as the probe sees it: the network header, whose protocol, MAC header,
   * stripped VLAN tag, packet type and device the kernel knows besides the bytes.
   */
  SKB
}
