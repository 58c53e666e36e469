package io.dropwatch.pcapfilter.internal.predicate;

/** How a packet is given to a filter. */
public enum PacketView {
  /** Bytes from an Ethernet header on. */
  ETHERNET,
  /** Bytes from an IP header on. */
  RAW_IP,
  /** Bytes and metadata of a {@code struct sk_buff}. */
  SKB;

  /** Offset of the network header in a packet's window: what a read may count on. */
  public int networkOffset() {
    return this == ETHERNET ? 14 : 0;
  }
}
