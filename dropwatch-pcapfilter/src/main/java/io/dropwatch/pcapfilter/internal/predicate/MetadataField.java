package io.dropwatch.pcapfilter.internal.predicate;

/** Metadata that the probe passes to a filter, in host byte order: {@code struct filter_meta}. */
public enum MetadataField {
  /** Length of the MAC header in front of the window: 14 or 0. */
  MAC_LENGTH("mac_len", 4, 4),
  /** EtherType of the window's first header; 0 when unknown. */
  PROTOCOL("protocol", 8, 2),
  /** Tag control information of the stripped VLAN tag. */
  VLAN_TCI("vlan_tci", 10, 2),
  /** TPID of the stripped VLAN tag; 0 when there is none. */
  VLAN_PROTOCOL("vlan_proto", 12, 2),
  /** PACKET_HOST 0, BROADCAST 1, MULTICAST 2, OTHERHOST 3, OUTGOING 4 (linux/if_packet.h). */
  PACKET_TYPE("pkt_type", 14, 1),
  /** Index of the device, 0 when there is none. */
  IFINDEX("ifindex", 16, 4);

  private final String word;
  private final int offset;
  private final int size;

  MetadataField(String word, int offset, int size) {
    this.word = word;
    this.offset = offset;
    this.size = size;
  }

  /** Returns its name in the struct. */
  public String word() {
    return word;
  }

  /** Returns its offset in the struct, in bytes. */
  public int offset() {
    return offset;
  }

  /** Returns its size in bytes. */
  public int size() {
    return size;
  }
}
