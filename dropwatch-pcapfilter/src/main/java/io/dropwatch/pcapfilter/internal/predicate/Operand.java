package io.dropwatch.pcapfilter.internal.predicate;

import org.jspecify.annotations.Nullable;

/** An unsigned 32-bit number that is computed from a packet. */
public sealed interface Operand {

  /** The same for every packet. */
  record Constant(int value) implements Operand {}

  /** Bytes on the wire from the first byte of the window to the end of the packet. */
  record WireLength() implements Operand {}

  /**
   * Big-endian bytes of the packet.
   *
   * @param area which bytes the offset counts from
   * @param index variable part of the offset, or null; the sum does not wrap at 32 bits
   * @param offset constant part of the offset, unsigned
   * @param size 1, 2 or 4
   */
  record Load(Area area, @Nullable Operand index, int offset, int size) implements Operand {}

  /** A field of the kernel's metadata. */
  record Metadata(MetadataField field) implements Operand {}

  /**
   * The number that {@link Predicate.Define} last assigned; 0 before that.
   *
   * @param id its number
   * @param most an upper bound of the numbers that are assigned to it
   */
  record Variable(int id, long most) implements Operand {}

  /** Two operands, modulo 2 to the 32. */
  record Binary(Operator operator, Operand left, Operand right) implements Operand {}

  /** Where offsets count from. */
  enum Area {
    /** The first byte of the window. */
    WINDOW,
    /** The MAC header in front of the window; without one every read rejects the packet. */
    MAC
  }

  /** Arithmetic. */
  enum Operator {
    /** Sum. */
    ADD("+"),
    /** Difference. */
    SUBTRACT("-"),
    /** Product. */
    MULTIPLY("*"),
    /** Quotient; a zero divisor rejects the packet. */
    DIVIDE("/"),
    /** Remainder; a zero divisor rejects the packet. */
    MODULO("%"),
    /** Bitwise and. */
    AND("&"),
    /** Bitwise or. */
    OR("|"),
    /** Exclusive or. */
    XOR("^"),
    /** Shift left; 0 from 32 bits on. */
    SHIFT_LEFT("<<"),
    /** Logical shift right; 0 from 32 bits on. */
    SHIFT_RIGHT(">>");

    private final String symbol;

    Operator(String symbol) {
      this.symbol = symbol;
    }

    /** Returns its text form. */
    public String symbol() {
      return symbol;
    }

    /** Returns the result; null if it rejects the packet. */
    public @Nullable Integer apply(int a, int b) {
      return switch (this) {
        case ADD -> a + b;
        case SUBTRACT -> a - b;
        case MULTIPLY -> a * b;
        case DIVIDE -> b == 0 ? null : (Integer) Integer.divideUnsigned(a, b);
        case MODULO -> b == 0 ? null : (Integer) Integer.remainderUnsigned(a, b);
        case AND -> a & b;
        case OR -> a | b;
        case XOR -> a ^ b;
        case SHIFT_LEFT -> Integer.compareUnsigned(b, 32) < 0 ? a << b : 0;
        case SHIFT_RIGHT -> Integer.compareUnsigned(b, 32) < 0 ? a >>> b : 0;
      };
    }
  }

  /** A constant. */
  static Operand of(int value) {
    return new Constant(value);
  }

  /** Returns the result of an operator; constants are folded unless that rejects the packet. */
  static Operand of(Operator operator, Operand left, Operand right) {
    if (left instanceof Constant(int a) && right instanceof Constant(int b)) {
      Integer folded = operator.apply(a, b);
      if (folded != null) {
        return new Constant(folded);
      }
    }
    return new Binary(operator, left, right);
  }
}
