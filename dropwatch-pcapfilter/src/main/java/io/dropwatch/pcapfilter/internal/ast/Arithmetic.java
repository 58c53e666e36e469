package io.dropwatch.pcapfilter.internal.ast;

import io.dropwatch.pcapfilter.internal.source.Span;

/** A node of the syntax tree: an unsigned 32-bit number. */
public sealed interface Arithmetic {

  /** Returns where it is in the expression. */
  Span span();

  /** A number or a named constant. */
  record Numeral(int value, String text, Span span) implements Arithmetic {}

  /** {@code len}: the length on the wire. */
  record Length(Span span) implements Arithmetic {}

  /** {@code proto[index:size]}. */
  record Access(Protocol protocol, Arithmetic index, int size, Span span) implements Arithmetic {}

  /** Two operands. */
  record Binary(Operator operator, Arithmetic left, Arithmetic right, Span span)
      implements Arithmetic {}

  /** Unary minus. */
  record Negation(Arithmetic operand, Span span) implements Arithmetic {}

  /** Parentheses. */
  record Group(Arithmetic inner, Span span) implements Arithmetic {}

  /** Operators, with libpcap's precedence: a higher one binds more tightly. */
  enum Operator {
    /** Bitwise or. */
    OR("|", 1),
    /** Bitwise and. */
    AND("&", 2),
    /** Shift left; 0 from 32 bits on. */
    SHIFT_LEFT("<<", 3),
    /** Logical shift right; 0 from 32 bits on. */
    SHIFT_RIGHT(">>", 3),
    /** Sum. */
    ADD("+", 4),
    /** Difference. */
    SUBTRACT("-", 4),
    /** Product. */
    MULTIPLY("*", 5),
    /** Quotient; a zero divisor rejects the packet. */
    DIVIDE("/", 5),
    /** Remainder. libpcap's grammar gives it no precedence: it takes everything after it. */
    MODULO("%", GREEDY),
    /** Exclusive or; without precedence, as the remainder. */
    XOR("^", GREEDY);

    private final String symbol;
    private final int precedence;

    Operator(String symbol, int precedence) {
      this.symbol = symbol;
      this.precedence = precedence;
    }

    /** Returns it as written. */
    public String symbol() {
      return symbol;
    }

    /** Returns the precedence, from 1; {@link #GREEDY} for the two without one. */
    public int precedence() {
      return precedence;
    }
  }

  /** Precedence of an operator whose right operand is everything after it. */
  int GREEDY = 100;
}
