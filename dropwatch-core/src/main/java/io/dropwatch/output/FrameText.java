package io.dropwatch.output;

import io.dropwatch.model.StackFrame;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Formats and parses kernel addresses and stack frames without loss. */
final class FrameText {
  private static final HexFormat HEX = HexFormat.of();

  private FrameText() {}

  /** Returns an address as {@code 0x%016x}; empty for a null pointer. */
  static String address(long address) {
    return address == 0 ? "" : "0x" + HEX.toHexDigits(address);
  }

  /** Parses what {@link #address} returns, with 1 to 16 digits. */
  static long parseAddress(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    if (!text.startsWith("0x")) {
      throw new IllegalArgumentException("not a kernel address: " + Printable.quoted(text));
    }
    try {
      return Long.parseUnsignedLong(text, 2, text.length(), 16);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a kernel address: " + Printable.quoted(text), e);
    }
  }

  /**
   * Returns {@code 0xffffffffc0123456 nft_do_chain+285 nf_tables}, with the offset in decimal; only
   * the address when nothing else is known.
   */
  static String of(StackFrame frame) {
    String address = "0x" + Long.toHexString(frame.address());
    if (frame.symbol() == null && frame.module() == null && frame.offset() == 0) {
      return address;
    }
    String symbol = frame.symbol() == null ? "" : frame.symbol();
    String module = frame.module() == null ? "" : " " + frame.module();
    return address + " " + symbol + "+" + Long.toUnsignedString(frame.offset()) + module;
  }

  /**
   * Parses what {@link #of} returns.
   *
   * @throws IllegalArgumentException for other text
   */
  static StackFrame parse(String text) {
    String[] parts = text.split(" ", -1);
    if (parts.length > 3) {
      throw notAFrame(text);
    }
    long address = parseAddress(parts[0]);
    if (parts.length == 1) {
      return StackFrame.unknown(address);
    }
    int plus = parts[1].lastIndexOf('+');
    if (plus < 0) {
      throw notAFrame(text);
    }
    @Nullable String symbol = plus == 0 ? null : parts[1].substring(0, plus);
    try {
      long offset = Long.parseUnsignedLong(parts[1].substring(plus + 1));
      return new StackFrame(address, symbol, offset, parts.length == 3 ? parts[2] : null);
    } catch (IllegalArgumentException e) {
      throw notAFrame(text);
    }
  }

  private static IllegalArgumentException notAFrame(String text) {
    return new IllegalArgumentException("not a stack frame: " + Printable.quoted(text));
  }
}
