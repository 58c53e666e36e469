package io.dropwatch.model;

import org.jspecify.annotations.Nullable;

/**
 * A return address of the kernel stack, and the function that contains it, if known.
 *
 * @param address kernel virtual address; 0 when it was left out
 * @param symbol function name from /proc/kallsyms; null when it is not known (symbols hidden)
 * @param offset bytes from the start of the function to the address; 0 without a symbol
 * @param module the module the function belongs to; null for the kernel proper
 */
public record StackFrame(
    long address, @Nullable String symbol, long offset, @Nullable String module) {

  public StackFrame {
    requireName("symbol", symbol);
    requireName("module", module);
  }

  /** Returns a frame whose function is unknown. */
  public static StackFrame unknown(long address) {
    return new StackFrame(address, null, 0, null);
  }

  /** Returns this frame with 0 for its address, and without an offset if it has no symbol. */
  public StackFrame withoutAddress() {
    return new StackFrame(0, symbol, symbol == null ? 0 : offset, module);
  }

  /** Returns the function name; the address as {@code 0x…} if there is none. */
  public String name() {
    return symbol != null ? symbol : "0x" + Long.toHexString(address);
  }

  /** Returns {@code name+offset [module]}, offset in hexadecimal, as the kernel prints stacks. */
  @Override
  public String toString() {
    if (symbol == null) {
      return name();
    }
    String place = symbol + "+0x" + Long.toHexString(offset);
    return module == null ? place : place + " [" + module + "]";
  }

  // Names end at white space in /proc/kallsyms, and stacks are written one frame per line.
  private static void requireName(String what, @Nullable String name) {
    if (name == null) {
      return;
    }
    boolean looksLikeAddress = what.equals("symbol") && name.startsWith("0x");
    if (name.isEmpty()
        || looksLikeAddress
        || !name.equals(WellFormed.text(name))
        || name.chars().anyMatch(c -> c <= ' ' || Character.isWhitespace(c))) {
      throw new IllegalArgumentException("not the name of a kernel " + what + ": '" + name + "'");
    }
  }
}
