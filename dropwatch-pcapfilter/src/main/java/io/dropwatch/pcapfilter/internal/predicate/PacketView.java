package io.dropwatch.pcapfilter.internal.predicate;

/** What a filter sees of a packet. */
public enum PacketView {
  /** Bytes from an Ethernet header on. */
  ETHERNET,
  /** Bytes from an IP header on. */
  RAW_IP,
  /** Bytes and metadata of a {@code struct sk_buff}. */
  SKB;

  /** Returns the offset of the network header in the window. */
  public int networkOffset() {
    return this == ETHERNET ? 14 : 0;
  }
}
