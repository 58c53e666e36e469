package io.dropwatch.layers;

import org.jspecify.annotations.Nullable;

/**
 * The MAC header (IEEE 802.3).
 *
 * @param src source address
 * @param dst destination address
 * @param type EtherType in host order, of a VLAN tag if one follows; 0 for an 802.3 frame, whose
 *     header has a length instead
 * @param len bytes that follow, of an 802.3 frame; null for others
 */
public record Ethernet(HardwareAddress src, HardwareAddress dst, int type, @Nullable Integer len)
    implements Layer {
  static final int LENGTH = 14;

  static void decode(Dissection dissection) {
    if (!dissection.has(LENGTH)) {
      return;
    }
    Cursor cursor = dissection.cursor();
    HardwareAddress dst = HardwareAddress.take(cursor, 6);
    HardwareAddress src = HardwareAddress.take(cursor, 6);
    int typeOrLength = cursor.u16();
    if (typeOrLength < EtherType.FIRST_TYPE) {
      dissection.add(new Ethernet(src, dst, EtherType.LLC, typeOrLength));
      cursor.limit(typeOrLength);
      Llc.decode(dissection);
    } else {
      dissection.add(new Ethernet(src, dst, typeOrLength, null));
      EtherType.decode(dissection, typeOrLength);
    }
  }

  /**
   * Returns {@code IPv4}, {@code ARP}, {@code Dot1Q}, {@code LLC}, …, or {@code
   * UnknownEthernetType}.
   */
  public String typeName() {
    return EtherType.name(type);
  }
}
