package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import io.dropwatch.pcapfilter.internal.predicate.Quantity.Operator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Facts about numbers that hold for every packet, and copies with other parts. */
public final class Quantities {
  private Quantities() {}

  /** Returns whether reading the number can reject a packet. */
  public static boolean mayReject(Quantity q) {
    return anyMatch(
        q,
        part ->
            switch (part) {
              case Quantity.Load _ -> true;
              case Quantity.Binary(var operator, _, var right) ->
                  (operator == Operator.DIVIDE || operator == Operator.MODULO)
                      && !(right instanceof Quantity.Constant(int divisor) && divisor != 0);
              case Quantity.Constant _,
                  Quantity.WireLength _,
                  Quantity.Metadata _,
                  Quantity.Variable _ ->
                  false;
            });
  }

  /** Returns an upper bound of the number, from 0 to 2^32 - 1. */
  public static long max(Quantity q) {
    long all = 0xffff_ffffL;
    return switch (q) {
      case Quantity.Constant(int value) -> Integer.toUnsignedLong(value);
      case Quantity.WireLength _ -> all;
      case Quantity.Variable variable -> variable.most();
      case Quantity.Metadata(var field) -> all >>> (32 - 8 * field.size());
      case Quantity.Load load -> all >>> (32 - 8 * load.size());
      case Quantity.Binary b -> {
        long left = max(b.left());
        long right = max(b.right());
        yield switch (b.operator()) {
          case AND -> Math.min(left, right);
          case ADD -> left + right > all ? all : left + right;
          case MULTIPLY -> left != 0 && right > all / left ? all : left * right;
          case SHIFT_LEFT ->
              b.right() instanceof Quantity.Constant && right < 32 && left << right <= all
                  ? left << right
                  : all;
          case SHIFT_RIGHT ->
              b.right() instanceof Quantity.Constant && right < 32 ? left >>> right : left;
          // The verifier does not know more either.
          case DIVIDE, SUBTRACT, MODULO, OR, XOR -> all;
        };
      }
    };
  }

  /** Returns the numbers that a number is computed from directly. */
  private static List<Quantity> parts(Quantity q) {
    return switch (q) {
      case Quantity.Binary b -> List.of(b.left(), b.right());
      case Quantity.Load load -> load.index() == null ? List.of() : List.of(load.index());
      case Quantity.Constant _, Quantity.WireLength _, Quantity.Metadata _, Quantity.Variable _ ->
          List.of();
    };
  }

  /** Calls {@code each} for the number and all numbers that it is made of. */
  public static void walk(Quantity q, Consumer<Quantity> each) {
    each.accept(q);
    for (Quantity part : parts(q)) {
      walk(part, each);
    }
  }

  /** Returns whether the number, or one that it is made of, passes the test. */
  public static boolean anyMatch(Quantity q, Predicate<Quantity> test) {
    if (test.test(q)) {
      return true;
    }
    for (Quantity part : parts(q)) {
      if (anyMatch(part, test)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether a number is, or is made of, another one. */
  public static boolean mentions(Quantity q, Quantity part) {
    return anyMatch(q, part::equals);
  }

  /** Calls {@code each} for the number and what it is made of, except for parts of indices. */
  public static void walkOutsideIndices(Quantity q, Consumer<Quantity> each) {
    each.accept(q);
    if (q instanceof Quantity.Binary b) {
      walkOutsideIndices(b.left(), each);
      walkOutsideIndices(b.right(), each);
    }
  }

  /** Returns the number with another index and a moved offset in every load. */
  static Quantity moved(Quantity q, @Nullable Quantity index, int distance) {
    return switch (q) {
      case Quantity.Load load ->
          new Quantity.Load(load.area(), index, load.offset() + distance, load.size());
      case Quantity.Binary b ->
          new Quantity.Binary(
              b.operator(), moved(b.left(), index, distance), moved(b.right(), index, distance));
      case Quantity.Constant _, Quantity.WireLength _, Quantity.Metadata _, Quantity.Variable _ ->
          q;
    };
  }

  /** Returns the number with every variable replaced, and constant indices added to offsets. */
  static Quantity substitute(Quantity q, UnaryOperator<Quantity> variables) {
    return switch (q) {
      case Quantity.Variable variable -> variables.apply(variable);
      case Quantity.Constant _, Quantity.WireLength _, Quantity.Metadata _ -> q;
      case Quantity.Binary b -> {
        Quantity left = substitute(b.left(), variables);
        Quantity right = substitute(b.right(), variables);
        yield left == b.left() && right == b.right() ? q : Quantity.of(b.operator(), left, right);
      }
      case Quantity.Load load -> load.index() == null ? q : load(load, variables);
    };
  }

  // A load at a constant index is a load at a constant offset, unless that leaves 32 bits.
  private static Quantity load(Quantity.Load load, UnaryOperator<Quantity> variables) {
    Quantity old = load.index() == null ? Quantity.of(0) : load.index();
    Quantity index = substitute(old, variables);
    if (index instanceof Quantity.Constant(int value)) {
      long sum = Integer.toUnsignedLong(value) + Integer.toUnsignedLong(load.offset());
      int offset = sum > 0xffff_ffffL ? -1 : (int) sum;
      return new Quantity.Load(load.area(), null, offset, load.size());
    }
    return folded(new Quantity.Load(load.area(), index, load.offset(), load.size()));
  }

  // A constant part of the index goes to the offset, where the sum cannot leave 32 bits.
  private static Quantity folded(Quantity.Load load) {
    if (load.index() instanceof Quantity.Binary sum
        && sum.operator() == Quantity.Operator.ADD
        && sum.right() instanceof Quantity.Constant(int distance)
        && max(sum.left()) + Integer.toUnsignedLong(distance) <= 0xffff_ffffL
        && Integer.toUnsignedLong(load.offset()) + Integer.toUnsignedLong(distance)
            <= 0xffff_ffffL) {
      return new Quantity.Load(load.area(), sum.left(), load.offset() + distance, load.size());
    }
    return load;
  }
}
