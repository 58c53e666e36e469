package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Operand.Operator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Facts about numbers that hold for every packet, and copies with other parts. */
public final class Operands {
  private Operands() {}

  /** Returns whether reading the number can reject a packet. */
  public static boolean mayReject(Operand q) {
    return anyMatch(
        q,
        part ->
            switch (part) {
              case Operand.Load _ -> true;
              case Operand.Binary(var operator, _, var right) ->
                  (operator == Operator.DIVIDE || operator == Operator.MODULO)
                      && !(right instanceof Operand.Constant(int divisor) && divisor != 0);
              case Operand.Constant _,
                  Operand.WireLength _,
                  Operand.Metadata _,
                  Operand.Variable _ ->
                  false;
            });
  }

  /** Returns an upper bound of the number, from 0 to 2^32 - 1. */
  public static long max(Operand q) {
    long all = 0xffff_ffffL;
    return switch (q) {
      case Operand.Constant(int value) -> Integer.toUnsignedLong(value);
      case Operand.WireLength _ -> all;
      case Operand.Variable variable -> variable.most();
      case Operand.Metadata(var field) -> all >>> (32 - 8 * field.size());
      case Operand.Load load -> all >>> (32 - 8 * load.size());
      case Operand.Binary b -> {
        long left = max(b.left());
        long right = max(b.right());
        yield switch (b.operator()) {
          case AND -> Math.min(left, right);
          case ADD -> left + right > all ? all : left + right;
          case MULTIPLY -> left != 0 && right > all / left ? all : left * right;
          case SHIFT_LEFT ->
              b.right() instanceof Operand.Constant && right < 32 && left << right <= all
                  ? left << right
                  : all;
          case SHIFT_RIGHT ->
              b.right() instanceof Operand.Constant && right < 32 ? left >>> right : left;
          // The verifier does not know more either.
          case DIVIDE, SUBTRACT, MODULO, OR, XOR -> all;
        };
      }
    };
  }

  /** Returns the numbers that a number is computed from directly. */
  private static List<Operand> parts(Operand q) {
    return switch (q) {
      case Operand.Binary b -> List.of(b.left(), b.right());
      case Operand.Load load -> load.index() == null ? List.of() : List.of(load.index());
      case Operand.Constant _, Operand.WireLength _, Operand.Metadata _, Operand.Variable _ ->
          List.of();
    };
  }

  /** Calls {@code each} for the number and all numbers that it is made of. */
  public static void walk(Operand q, Consumer<Operand> each) {
    each.accept(q);
    for (Operand part : parts(q)) {
      walk(part, each);
    }
  }

  /** Returns whether the number, or one that it is made of, passes the test. */
  public static boolean anyMatch(Operand q, Predicate<Operand> test) {
    if (test.test(q)) {
      return true;
    }
    for (Operand part : parts(q)) {
      if (anyMatch(part, test)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether a number is, or is made of, another one. */
  public static boolean mentions(Operand q, Operand part) {
    return anyMatch(q, part::equals);
  }

  /** Calls {@code each} for the number and what it is made of, except for parts of indices. */
  public static void walkOutsideIndices(Operand q, Consumer<Operand> each) {
    each.accept(q);
    if (q instanceof Operand.Binary b) {
      walkOutsideIndices(b.left(), each);
      walkOutsideIndices(b.right(), each);
    }
  }

  /** Returns the number with another index and a moved offset in every load. */
  static Operand moved(Operand q, @Nullable Operand index, int distance) {
    return switch (q) {
      case Operand.Load load ->
          new Operand.Load(load.area(), index, load.offset() + distance, load.size());
      case Operand.Binary b ->
          new Operand.Binary(
              b.operator(), moved(b.left(), index, distance), moved(b.right(), index, distance));
      case Operand.Constant _, Operand.WireLength _, Operand.Metadata _, Operand.Variable _ -> q;
    };
  }

  /** Returns the number with every variable replaced, and constant indices added to offsets. */
  static Operand substitute(Operand q, UnaryOperator<Operand> variables) {
    return switch (q) {
      case Operand.Variable variable -> variables.apply(variable);
      case Operand.Constant _, Operand.WireLength _, Operand.Metadata _ -> q;
      case Operand.Binary b -> {
        Operand left = substitute(b.left(), variables);
        Operand right = substitute(b.right(), variables);
        yield left == b.left() && right == b.right() ? q : Operand.of(b.operator(), left, right);
      }
      case Operand.Load load -> load.index() == null ? q : load(load, variables);
    };
  }

  // A load at a constant index is a load at a constant offset, unless that leaves 32 bits.
  private static Operand load(Operand.Load load, UnaryOperator<Operand> variables) {
    Operand old = load.index() == null ? Operand.of(0) : load.index();
    Operand index = substitute(old, variables);
    if (index instanceof Operand.Constant(int value)) {
      long sum = Integer.toUnsignedLong(value) + Integer.toUnsignedLong(load.offset());
      int offset = sum > 0xffff_ffffL ? -1 : (int) sum;
      return new Operand.Load(load.area(), null, offset, load.size());
    }
    return folded(new Operand.Load(load.area(), index, load.offset(), load.size()));
  }

  // A constant part of the index goes to the offset, where the sum cannot leave 32 bits.
  private static Operand folded(Operand.Load load) {
    if (load.index() instanceof Operand.Binary sum
        && sum.operator() == Operand.Operator.ADD
        && sum.right() instanceof Operand.Constant(int distance)
        && max(sum.left()) + Integer.toUnsignedLong(distance) <= 0xffff_ffffL
        && Integer.toUnsignedLong(load.offset()) + Integer.toUnsignedLong(distance)
            <= 0xffff_ffffL) {
      return new Operand.Load(load.area(), sum.left(), load.offset() + distance, load.size());
    }
    return load;
  }
}
