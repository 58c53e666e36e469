package io.dropwatch.pcapfilter;

/**
 * What the first byte of a packet belongs to.
 *
 * <p>More link types may be added. A {@code switch} over this type should have a default case:
 *
 * <pre>{@code
 * int headerLength =
 *     switch (linkType) {
 *       case ETHERNET -> 14;
 *       case RAW_IP -> 0;
 *       default -> throw new IllegalArgumentException("unsupported link type " + linkType);
 *     };
 * }</pre>
 */
public enum LinkType {
  /** An Ethernet header; libpcap's DLT_EN10MB. */
  ETHERNET,
  /** An IPv4 or IPv6 header; libpcap's DLT_RAW. */
  RAW_IP
}
