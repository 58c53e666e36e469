package io.dropwatch.pcapfilter;

/**
 * Where the eBPF code of a filter is placed: in a function of its own, or inline in a program.
 *
 * <p>Both take their arguments in r1 to r4, leave the verdict in r0, and may change r0 to r9; see
 * {@link EbpfCode}.
 */
public final class EbpfTarget {
  /** The most that a filter itself stores on the stack, in bytes. */
  public static final int MAX_STACK = 192;

  /** The stack of one program (MAX_BPF_STACK of linux/filter.h), in bytes. */
  private static final int PROGRAM_STACK = 512;

  private static final EbpfTarget FUNCTION = new EbpfTarget(true, 0);

  private final boolean exits;
  private final int reservedStack;

  private EbpfTarget(boolean exits, int reservedStack) {
    this.exits = exits;
    this.reservedStack = reservedStack;
  }

  /** Returns the target for the body of a function: it ends with its only {@code exit}. */
  public static EbpfTarget function() {
    return FUNCTION;
  }

  /**
   * Returns the target for code inside another program. It has no {@code exit} and falls through at
   * its end, so any instruction may follow.
   *
   * @param reservedStack bytes below r10 that belong to the program: a multiple of 8, from 0 to
   *     320; the filter uses at most {@link #MAX_STACK} bytes below them
   * @throws IllegalArgumentException if {@code reservedStack} is another number
   */
  public static EbpfTarget inline(int reservedStack) {
    int max = PROGRAM_STACK - MAX_STACK;
    if (reservedStack < 0 || reservedStack > max || reservedStack % 8 != 0) {
      throw new IllegalArgumentException(
          "reservedStack must be a multiple of 8 from 0 to %d, was %d"
              .formatted(max, reservedStack));
    }
    return new EbpfTarget(false, reservedStack);
  }

  /** Returns whether the code ends with {@code exit}; otherwise it falls through at its end. */
  public boolean exits() {
    return exits;
  }

  /** Returns how many bytes below r10 the code leaves alone. */
  public int reservedStack() {
    return reservedStack;
  }

  /** Returns "function" or "inline, N bytes of stack reserved". */
  @Override
  public String toString() {
    return exits ? "function" : "inline, %d bytes of stack reserved".formatted(reservedStack);
  }
}
