package io.dropwatch.layers;

/**
 * The Geneve header (RFC 8926); what it carries is in {@link Layers#inner}.
 *
 * <pre>{@code
 * version:2 option words:6 | O C reserved:6 | protocol | vni:24 reserved:8 | options
 * }</pre>
 *
 * @param version 0; nothing more is decoded of other versions
 * @param control whether this is a control packet (O), whose payload is not decoded
 * @param critical whether an option is critical (C)
 * @param protocol EtherType of the payload
 * @param vni network identifier, 24 bits
 * @param optionsLen bytes of options
 */
public record Geneve(
    int version, boolean control, boolean critical, int protocol, int vni, int optionsLen)
    implements Layer {
  private static final int LENGTH = 8;

  static void decode(Dissection dissection) {
    if (!dissection.has(LENGTH)) {
      return;
    }
    Cursor cursor = dissection.cursor();
    int first = cursor.u8();
    int flags = cursor.u8();
    var geneve =
        new Geneve(
            first >> 6,
            (flags & 0x80) != 0,
            (flags & 0x40) != 0,
            cursor.u16(),
            cursor.u24(),
            4 * (first & 0x3f));
    cursor.skip(1);
    dissection.add(geneve);
    if (geneve.version == 0 && dissection.has(geneve.optionsLen)) {
      cursor.skip(geneve.optionsLen);
      if (!geneve.control) {
        EtherType.decodeInside(dissection, geneve.protocol);
      }
    }
  }

  /**
   * Returns {@code IPv4}, {@code TransparentEthernetBridging}, …; see {@link Ethernet#typeName}.
   */
  public String protocolName() {
    return EtherType.name(protocol);
  }
}
