package io.dropwatch.layers;

/**
 * The VXLAN header (RFC 7348); the frame it carries is in {@link Layers#inner}.
 *
 * @param flags 8 bits; bit 3 (8) means that {@code vni} is valid, else the frame is not decoded
 * @param vni network identifier, 24 bits
 */
public record Vxlan(int flags, int vni) implements Layer {
  private static final int LENGTH = 8;
  private static final int VNI_VALID = 8;

  static void decode(Dissection dissection) {
    if (!dissection.has(LENGTH)) {
      return;
    }
    Cursor cursor = dissection.cursor();
    int flags = cursor.u8();
    cursor.skip(3);
    int vni = cursor.u24();
    cursor.skip(1);
    dissection.add(new Vxlan(flags, vni));
    if ((flags & VNI_VALID) != 0) {
      dissection.inside(Ethernet::decode);
    }
  }
}
