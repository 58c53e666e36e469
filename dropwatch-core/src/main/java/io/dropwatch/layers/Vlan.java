package io.dropwatch.layers;

/**
 * A VLAN tag (IEEE 802.1Q).
 *
 * <pre>{@code
 * tpid        | prio:3 dei:1 id:12 | type
 * }</pre>
 *
 * @param tpid tag protocol identifier: 0x8100 (802.1Q), 0x88a8 (802.1ad), 0x9100 (pre-standard)
 * @param priority priority code point, 0 to 7
 * @param dei drop eligible indicator
 * @param id VLAN id, 0 to 4095; 0: the tag has a priority only
 * @param type EtherType of what follows the tag, or a length below 0x600
 */
public record Vlan(int tpid, int priority, boolean dei, int id, int type) implements Layer {
  static final int LENGTH = 4;

  /**
   * Returns a tag with these fields.
   *
   * @param tpid see the record
   * @param tci priority, drop eligible and id, 16 bits in host order
   * @param type see the record
   */
  public static Vlan of(int tpid, int tci, int type) {
    return new Vlan(tpid, tci >> 13 & 7, (tci & 0x1000) != 0, tci & 0xfff, type);
  }

  static Vlan decode(Dissection dissection, int tpid) {
    Cursor cursor = dissection.cursor();
    Vlan tag = of(tpid, cursor.u16(), cursor.u16());
    dissection.add(tag);
    return tag;
  }

  /** Returns priority, drop eligible indicator and id as the tag's 16 bits. */
  public int tci() {
    return priority << 13 | (dei ? 0x1000 : 0) | id;
  }

  /** Returns {@code IPv4}, …; see {@link Ethernet#typeName}. */
  public String typeName() {
    return EtherType.name(type < EtherType.FIRST_TYPE ? EtherType.LLC : type);
  }
}
