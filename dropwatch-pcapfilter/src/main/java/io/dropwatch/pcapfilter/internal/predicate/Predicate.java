package io.dropwatch.pcapfilter.internal.predicate;

import io.dropwatch.pcapfilter.internal.source.Span;
import java.util.List;

/** A condition on a packet. */
public sealed interface Predicate {
  /** Returns the number of comparisons in a predicate. */
  static long comparisons(Predicate predicate) {
    return switch (predicate) {
      case Compare _ -> 1;
      case Always _, Define _ -> 0;
      case Not not -> comparisons(not.operand());
      case Chain chain -> chain.operands().stream().mapToLong(Predicate::comparisons).sum();
      case Primitive primitive -> comparisons(primitive.meaning());
    };
  }

  /** The same for every packet. */
  record Always(boolean outcome) implements Predicate {}

  /** A comparison of unsigned numbers; the left one is evaluated first. */
  record Compare(Operand left, Relation relation, Operand right) implements Predicate {}

  /** The opposite. */
  record Not(Predicate operand) implements Predicate {}

  /**
   * Operands joined from left to right, the next one evaluated only if the outcome so far leaves it
   * open.
   *
   * @param operands one or more
   * @param conjunctions {@code conjunctions[i]} is whether {@code operands[i + 1]} is joined by
   *     {@code and}
   */
  record Chain(List<Predicate> operands, List<Boolean> conjunctions) implements Predicate {
    /** Copies the lists. */
    public Chain {
      operands = List.copyOf(operands);
      conjunctions = List.copyOf(conjunctions);
    }
  }

  /** Assigns a number to a variable; always true. */
  record Define(Operand.Variable variable, Operand number) implements Predicate {}

  /**
   * A predicate that came from one primitive of the expression.
   *
   * @param text the primitive with the qualifiers that it inherits
   * @param place where it is in the expression, and what it reads in the packet
   * @param meaning its condition
   */
  record Primitive(String text, Place place, Predicate meaning) implements Predicate {}

  /**
   * Where a primitive is in the expression and what it reads, for explanations.
   *
   * @param span in the expression
   * @param type offset of the EtherType in the window; -1 if it is not constant
   * @param network offset of the network header in the window; -1 if it is not constant
   */
  record Place(Span span, int type, int network) {}

  /** The relation of two numbers. */
  enum Relation {
    /** Equal. */
    EQUAL("=="),
    /** Greater, unsigned. */
    GREATER(">"),
    /** Greater or equal, unsigned. */
    GREATER_OR_EQUAL(">="),
    /** Some bit is set in both. */
    COMMON_BITS("&?");

    private final String symbol;

    Relation(String symbol) {
      this.symbol = symbol;
    }

    /** Returns its text form. */
    public String symbol() {
      return symbol;
    }

    /** Returns whether it holds for two numbers. */
    public boolean holds(int a, int b) {
      return switch (this) {
        case EQUAL -> a == b;
        case GREATER -> Integer.compareUnsigned(a, b) > 0;
        case GREATER_OR_EQUAL -> Integer.compareUnsigned(a, b) >= 0;
        case COMMON_BITS -> (a & b) != 0;
      };
    }
  }

  /** All of them, evaluated in this order. */
  static Predicate all(Predicate... operands) {
    return joined(List.of(operands), true);
  }

  /** Any of them, evaluated in this order. */
  static Predicate any(Predicate... operands) {
    return joined(List.of(operands), false);
  }

  /** All or any of them, evaluated in this order. */
  static Predicate joined(List<Predicate> operands, boolean conjunction) {
    if (operands.size() == 1) {
      return operands.getFirst();
    }
    return new Chain(operands, java.util.Collections.nCopies(operands.size() - 1, conjunction));
  }

  /** {@code number == value}. */
  static Predicate equal(Operand number, int value) {
    return new Compare(number, Relation.EQUAL, Operand.of(value));
  }

  /** {@code number & mask == value}. */
  static Predicate equal(Operand number, int mask, int value) {
    if (mask == -1) {
      return equal(number, value);
    }
    return equal(Operand.of(Operand.Operator.AND, number, Operand.of(mask)), value);
  }

  /** {@code number > value}. */
  static Predicate greater(Operand number, int value) {
    return new Compare(number, Relation.GREATER, Operand.of(value));
  }

  /** {@code number >= value}. */
  static Predicate atLeast(Operand number, int value) {
    return new Compare(number, Relation.GREATER_OR_EQUAL, Operand.of(value));
  }

  /** {@code number & mask != 0}. */
  static Predicate commonBits(Operand number, int mask) {
    return new Compare(number, Relation.COMMON_BITS, Operand.of(mask));
  }

  /** The opposite. */
  static Predicate not(Predicate operand) {
    return new Not(operand);
  }
}
