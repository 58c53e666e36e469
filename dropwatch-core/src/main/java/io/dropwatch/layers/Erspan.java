package io.dropwatch.layers;

import org.jspecify.annotations.Nullable;

/**
 * The ERSPAN header, type II or III, of a mirrored frame (draft-foschiano-erspan, Linux
 * net/erspan.h). The frame is in {@link Layers#inner}. Type I has no header: its frame follows GRE.
 *
 * <pre>{@code
 * version:4 vlan:12 | cos:3 encapsulation:2 T:1 session:10 |
 *   II:  reserved:12 index:20
 *   III: timestamp:32 | sgt:16 | P:1 frame type:5 hardware:6 D:1 granularity:2 O:1 | [64 if O]
 * }</pre>
 *
 * @param version 1 for type II, 2 for type III; nothing more is decoded of other versions
 * @param vlan VLAN id of the mirrored frame, 12 bits
 * @param cos its class of service, 3 bits
 * @param encapsulation 2 bits; II: origin of the VLAN tag, III: whether the frame is bad, short or
 *     oversized
 * @param cut whether the mirroring device truncated the frame
 * @param session mirroring session, 10 bits
 * @param index source port and direction, as the mirroring device numbers them, 20 bits; null in
 *     type III
 * @param mirror fields of type III; null in type II
 */
public record Erspan(
    int version,
    int vlan,
    int cos,
    int encapsulation,
    boolean cut,
    int session,
    @Nullable Integer index,
    @Nullable Mirror mirror)
    implements Layer {
  /** EtherType of types I and II, in GRE. */
  static final int TYPE_II = 0x88be;

  /** EtherType of type III, in GRE. */
  static final int TYPE_III = 0x22eb;

  private static final int COMMON_LENGTH = 4;
  private static final int INDEX_LENGTH = 4;
  private static final int MIRROR_LENGTH = 8;
  private static final int PLATFORM_LENGTH = 8;
  private static final int ETHERNET_FRAME = 0;
  private static final int IP_PACKET = 2;

  /**
   * The fields of type III.
   *
   * @param timestamp 32 bits in units of {@code granularity}
   * @param sgt security group tag, 16 bits
   * @param frameType 5 bits: 0 an Ethernet frame, 2 an IP packet
   * @param hardware id of the mirroring engine, 6 bits
   * @param egress whether the frame was mirrored on egress
   * @param granularity 2 bits: 0 is 100 µs, 1 is 100 ns, 2 is IEEE 1588
   */
  public record Mirror(
      long timestamp, int sgt, int frameType, int hardware, boolean egress, int granularity) {}

  static void decode(Dissection dissection) {
    if (!dissection.has(COMMON_LENGTH)) {
      return;
    }
    Cursor cursor = dissection.cursor();
    int first = cursor.u16();
    int second = cursor.u16();
    switch (first >> 12) {
      case 1 -> {
        if (dissection.has(INDEX_LENGTH)) {
          dissection.add(of(first, second, (int) cursor.u32() & 0xfffff, null));
          dissection.inside(Ethernet::decode);
        }
      }
      case 2 -> decodeMirror(dissection, first, second);
      default -> dissection.add(of(first, second, null, null));
    }
  }

  private static void decodeMirror(Dissection dissection, int first, int second) {
    if (!dissection.has(MIRROR_LENGTH)) {
      return;
    }
    Cursor cursor = dissection.cursor();
    long timestamp = cursor.u32();
    int sgt = cursor.u16();
    int last = cursor.u16();
    var mirror =
        new Mirror(
            timestamp, sgt, last >> 10 & 0x1f, last >> 4 & 0x3f, (last & 8) != 0, last >> 1 & 3);
    dissection.add(of(first, second, null, mirror));
    boolean hasPlatform = (last & 1) != 0;
    if (hasPlatform) {
      if (!dissection.has(PLATFORM_LENGTH)) {
        return;
      }
      cursor.skip(PLATFORM_LENGTH);
    }
    switch (mirror.frameType) {
      case ETHERNET_FRAME -> dissection.inside(Ethernet::decode);
      case IP_PACKET -> dissection.inside(EtherType::decodeIp);
      default -> {}
    }
  }

  private static Erspan of(
      int first, int second, @Nullable Integer index, @Nullable Mirror mirror) {
    return new Erspan(
        first >> 12,
        first & 0xfff,
        second >> 13,
        second >> 11 & 3,
        (second & 0x400) != 0,
        second & 0x3ff,
        index,
        mirror);
  }
}
