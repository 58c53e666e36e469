package io.dropwatch.pcapfilter.internal.predicate;

/** Fields that the probe passes beside the bytes, in host order: its {@code struct filter_meta}. */
public enum MetadataField {
  /** Bytes of MAC header in front of the window: 14 or 0. */
  MAC_LENGTH("mac_len", 4, 4),
  /** Ethertype of the window's first header; 0 when unknown. */
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

  /** Its name in the struct. */
  public String word() {
    return word;
  }

  /** Bytes from the start of the struct. */
  public int offset() {
    return offset;
  }

  /** Bytes. */
  public int size() {
    return size;
  }
}
