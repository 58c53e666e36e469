package io.dropwatch.layers;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A MAC address, or a link-layer address in ARP, of any length. A value. */
public final class HardwareAddress {
  private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

  private final byte[] bytes;

  private HardwareAddress(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Returns an address of these bytes, in the order of the wire; copied. */
  public static HardwareAddress of(byte[] bytes) {
    return new HardwareAddress(bytes.clone());
  }

  static HardwareAddress take(Cursor cursor, int length) {
    return new HardwareAddress(cursor.take(length));
  }

  /** Returns a copy of the bytes, in the order of the wire. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Returns the number of bytes. */
  public int length() {
    return bytes.length;
  }

  /** Copies the bytes, in the order of the wire, into an array with room for {@link #length}. */
  public void copyTo(byte[] to, int offset) {
    System.arraycopy(bytes, 0, to, offset, bytes.length);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof HardwareAddress that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Returns {@code aa:bb:cc:dd:ee:ff}; empty for no bytes. */
  @Override
  public String toString() {
    return COLONS.formatHex(bytes);
  }
}
