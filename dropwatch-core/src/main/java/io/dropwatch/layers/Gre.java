package io.dropwatch.layers;

import org.jspecify.annotations.Nullable;

/**
 * The GRE header (RFC 2784, RFC 2890); what it carries is in {@link Layers#inner}.
 *
 * <pre>{@code
 * C R K S s recur:3 flags:5 version:3 | protocol | [checksum reserved] [key] [sequence]
 * }</pre>
 *
 * @param version 0; 1 for PPTP (RFC 2637), whose payload is not decoded
 * @param protocol EtherType of the payload
 * @param checksum null when there is none
 * @param key 32 bits; null when there is none
 * @param seq sequence number, 32 bits; null when there is none
 */
public record Gre(
    int version, int protocol, @Nullable Integer checksum, @Nullable Long key, @Nullable Long seq)
    implements Layer {
  private static final int FIXED_LENGTH = 4;
  private static final int CHECKSUM = 0x8000;
  private static final int ROUTING = 0x4000;
  private static final int KEY = 0x2000;
  private static final int SEQUENCE = 0x1000;
  private static final int VERSION = 7;

  static void decode(Dissection dissection) {
    if (!dissection.has(FIXED_LENGTH)) {
      return;
    }
    Cursor cursor = dissection.cursor();
    int flags = cursor.u16();
    int protocol = cursor.u16();
    // Source routes (RFC 1701) are deprecated and have no fixed length.
    if ((flags & (VERSION | ROUTING)) != 0) {
      dissection.add(new Gre(flags & VERSION, protocol, null, null, null));
      return;
    }
    boolean hasChecksum = (flags & CHECKSUM) != 0;
    boolean hasKey = (flags & KEY) != 0;
    boolean hasSequence = (flags & SEQUENCE) != 0;
    if (!dissection.has((hasChecksum ? 4 : 0) + (hasKey ? 4 : 0) + (hasSequence ? 4 : 0))) {
      return;
    }
    Integer checksum = hasChecksum ? (Integer) (int) (cursor.u32() >> 16) : null;
    Long key = hasKey ? (Long) cursor.u32() : null;
    Long sequence = hasSequence ? (Long) cursor.u32() : null;
    dissection.add(new Gre(0, protocol, checksum, key, sequence));
    switch (protocol) {
      case Erspan.TYPE_II -> {
        // Type I differs from type II in having no sequence number, as Linux tests it.
        if (hasSequence) {
          Erspan.decode(dissection);
        } else {
          dissection.inside(Ethernet::decode);
        }
      }
      case Erspan.TYPE_III -> Erspan.decode(dissection);
      default -> EtherType.decodeInside(dissection, protocol);
    }
  }

  /**
   * Returns {@code IPv4}, {@code TransparentEthernetBridging}, …; see {@link Ethernet#typeName};
   * and {@code ERSPAN Type III}.
   */
  public String protocolName() {
    return protocol == Erspan.TYPE_III ? "ERSPAN Type III" : EtherType.name(protocol);
  }
}
