package io.dropwatch.bpf;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Little-endian reads from an input that may be hostile: every read outside of it is a {@link
 * BpfException} that names the input, what was being read and where.
 */
final class ByteImage {
  private static final VarHandle U16 =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle U32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle U64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final BpfException.Code code;
  private final String input;
  private final byte[] bytes;

  /**
   * Reads from an array, which is not copied and must not change.
   *
   * @param code of the exceptions
   * @param input what the bytes are, for messages
   */
  ByteImage(BpfException.Code code, String input, byte[] bytes) {
    this.code = code;
    this.input = input;
    this.bytes = bytes;
  }

  int length() {
    return bytes.length;
  }

  byte[] array() {
    return bytes;
  }

  int u8(long offset, String what) {
    return bytes[check(offset, 1, what)] & 0xff;
  }

  int u16(long offset, String what) {
    return (short) U16.get(bytes, check(offset, 2, what)) & 0xffff;
  }

  /** An unsigned 32-bit number as a signed one: for values that are compared, not for offsets. */
  int s32(long offset, String what) {
    return (int) U32.get(bytes, check(offset, 4, what));
  }

  long u32(long offset, String what) {
    return s32(offset, what) & 0xffff_ffffL;
  }

  long s64(long offset, String what) {
    return (long) U64.get(bytes, check(offset, 8, what));
  }

  /** A string that ends with a zero byte before {@code end}. */
  String string(long offset, long end, String what) {
    int from = check(offset, 1, what);
    int to = from;
    while (to < Math.min(end, bytes.length) && bytes[to] != 0) {
      to++;
    }
    if (to >= Math.min(end, bytes.length)) {
      throw damaged(what + " at offset " + offset + " does not end");
    }
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }

  /** Checks that {@code size} bytes are there, and gives the offset as an index. */
  int check(long offset, long size, String what) {
    if (offset < 0 || size < 0 || offset > bytes.length - size) {
      throw damaged(
          what
              + " at offset "
              + Long.toUnsignedString(offset)
              + " lies beyond its end ("
              + bytes.length
              + " bytes)");
    }
    return (int) offset;
  }

  BpfException damaged(String found) {
    return new BpfException(code, "cannot read " + input + ": " + found, null);
  }
}
