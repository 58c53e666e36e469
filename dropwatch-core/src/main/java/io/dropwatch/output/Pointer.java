package io.dropwatch.output;

import java.util.HexFormat;

/** Kernel addresses as {@code 0x%016x}; a null pointer is empty. */
final class Pointer {
  private static final HexFormat HEX = HexFormat.of();

  private Pointer() {}

  static String of(long address) {
    return address == 0 ? "" : "0x" + HEX.toHexDigits(address);
  }

  /** The inverse of {@link #of}, with any number of digits up to 16. */
  static long parse(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    if (!text.startsWith("0x")) {
      throw new NumberFormatException("not a kernel address: '" + text + "'");
    }
    return Long.parseUnsignedLong(text, 2, text.length(), 16);
  }
}
