package io.dropwatch.output;

import io.dropwatch.model.StackFrame;
import org.jspecify.annotations.Nullable;

/**
 * A stack frame with nothing left out: {@code 0xffffffffc0123456 nft_do_chain+285 nf_tables}, the
 * offset in decimal; the address alone when the function is not known.
 */
final class FrameText {
  private FrameText() {}

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
   * @throws IllegalArgumentException for anything that {@link #of} does not write
   */
  static StackFrame parse(String text) {
    String[] parts = text.split(" ", -1);
    if (parts.length > 3) {
      throw new IllegalArgumentException("not a stack frame: '" + text + "'");
    }
    long address = Pointer.parse(parts[0]);
    if (parts.length == 1) {
      return StackFrame.unknown(address);
    }
    int plus = parts[1].lastIndexOf('+');
    if (plus < 0) {
      throw new IllegalArgumentException("not a stack frame: '" + text + "'");
    }
    @Nullable String symbol = plus == 0 ? null : parts[1].substring(0, plus);
    long offset = Long.parseUnsignedLong(parts[1].substring(plus + 1));
    return new StackFrame(address, symbol, offset, parts.length == 3 ? parts[2] : null);
  }
}
