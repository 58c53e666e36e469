package io.dropwatch.layers;

/**
 * The 802.2 LLC header of an 802.3 frame. If a SNAP header with an EtherType follows (RFC 1042),
 * that type is decoded as if it were in the MAC header.
 *
 * @param dsap destination service access point, 8 bits
 * @param ssap source service access point, 8 bits
 * @param control first byte of the control field
 */
public record Llc(int dsap, int ssap, int control) implements Layer {
  private static final int LENGTH = 3;
  private static final int SNAP = 0xaa;
  private static final int UNNUMBERED_INFORMATION = 3;
  private static final int SNAP_LENGTH = 5;

  static void decode(Dissection dissection) {
    if (!dissection.has(LENGTH)) {
      return;
    }
    Cursor cursor = dissection.cursor();
    var llc = new Llc(cursor.u8(), cursor.u8(), cursor.u8());
    dissection.add(llc);
    if (llc.isSnap() && dissection.has(SNAP_LENGTH)) {
      int organisation = cursor.u24();
      int type = cursor.u16();
      if (organisation == 0 && type >= EtherType.FIRST_TYPE) {
        EtherType.decode(dissection, type);
      }
    }
  }

  private boolean isSnap() {
    return dsap == SNAP && ssap == SNAP && control == UNNUMBERED_INFORMATION;
  }
}
