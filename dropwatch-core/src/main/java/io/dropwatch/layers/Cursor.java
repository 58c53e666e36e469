package io.dropwatch.layers;

import java.util.Arrays;

/**
 * A read position in the captured bytes, and its limit. Reads are big-endian. Callers check {@link
 * #remaining} first: a read beyond the limit is a bug of the decoder.
 */
final class Cursor {
  private final byte[] bytes;
  private int position;
  private int limit;
  private boolean endsWithCapture = true;

  Cursor(byte[] bytes) {
    this.bytes = bytes;
    this.limit = bytes.length;
  }

  int remaining() {
    return limit - position;
  }

  /** Returns whether the limit is the end of the capture: no length field has set a nearer one. */
  boolean endsWithCapture() {
    return endsWithCapture;
  }

  /** Ends the packet after {@code count} more bytes, as a length field says; padding follows. */
  void limit(int count) {
    if (count <= remaining()) {
      limit = position + count;
      endsWithCapture = false;
    }
  }

  void skip(int count) {
    position += count;
  }

  int u8() {
    return bytes[position++] & 0xff;
  }

  int u16() {
    return u8() << 8 | u8();
  }

  int u24() {
    return u8() << 16 | u16();
  }

  long u32() {
    return (long) u16() << 16 | u16();
  }

  /** Returns the byte that the next {@link #u8} will return. */
  int peek() {
    return bytes[position] & 0xff;
  }

  byte[] take(int count) {
    byte[] taken = Arrays.copyOfRange(bytes, position, position + count);
    position += count;
    return taken;
  }
}
