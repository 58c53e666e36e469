package io.dropwatch.bpf;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Little-endian reads from an untrusted input. A read out of bounds is a {@link BpfException} that
 * names the input, what was read, and the offset.
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
   * @param code of the exceptions
   * @param input the name of the input, for messages
   * @param bytes not copied
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

  /** A 32-bit number as a signed one. For unsigned values, such as offsets, see {@link #u32}. */
  int s32(long offset, String what) {
    return (int) U32.get(bytes, check(offset, 4, what));
  }

  long u32(long offset, String what) {
    return s32(offset, what) & 0xffff_ffffL;
  }

  long s64(long offset, String what) {
    return (long) U64.get(bytes, check(offset, 8, what));
  }

  /** {@return a string that ends with a zero byte before an end} */
  String string(long offset, long end, String what) {
    int from = check(offset, 1, what);
    int to = from;
    while (to < Math.min(end, bytes.length) && bytes[to] != 0) {
      to++;
    }
    if (to >= Math.min(end, bytes.length)) {
      throw damaged(what + " at offset " + offset + " is not terminated");
    }
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }

  /** Checks the bounds and returns the offset as an index. */
  int check(long offset, long size, String what) {
    if (offset < 0 || size < 0 || offset > bytes.length - size) {
      throw damaged(
          what
              + " at offset "
              + Long.toUnsignedString(offset)
              + " is out of bounds ("
              + bytes.length
              + " bytes)");
    }
    return (int) offset;
  }

  /** {@return an image of a part, with another name for messages} */
  ByteImage part(String prefix, byte[] part) {
    return new ByteImage(code, prefix + input, part);
  }

  BpfException damaged(String found) {
    return new BpfException(code, "cannot read " + input + ": " + found, null);
  }
}
