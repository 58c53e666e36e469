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
  private boolean endsWithCapture = true;

  Cursor(byte[] bytes) {
    this.bytes = bytes;
    this.limit = bytes.length;
  }

  int remaining() {
    return limit - position;
  }

  /** Whether the packet goes on behind the limit for all we know: no header's length ends there. */
  boolean endsWithCapture() {
    return endsWithCapture;
  }

  /** By a header's account the packet ends after {@code count} more bytes; padding follows. */
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
