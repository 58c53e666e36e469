package io.dropwatch.layers;

import java.util.Arrays;

/**
 * A position in the captured bytes and a limit it does not pass. Reads are big-endian. Callers ask
 * {@link #remaining} first: a read past the limit is a bug of the decoder.
 */
final class Cursor {
  private final byte[] bytes;
  private int position;
  private int limit;

  Cursor(byte[] bytes) {
    this.bytes = bytes;
    this.limit = bytes.length;
  }

  int remaining() {
    return limit - position;
  }

  /** Whether the limit is the end of the captured bytes, not a length some header gave. */
  boolean endsWithCapture() {
    return limit == bytes.length;
  }

  /**
   * What follows after {@code count} more bytes is padding. A count past the limit changes nothing.
   */
  void limit(int count) {
    limit = position + Math.min(count, remaining());
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

  /** The byte that the next {@link #u8} returns. */
  int peek() {
    return bytes[position] & 0xff;
  }

  byte[] take(int count) {
    byte[] taken = Arrays.copyOfRange(bytes, position, position + count);
    position += count;
    return taken;
  }
}
