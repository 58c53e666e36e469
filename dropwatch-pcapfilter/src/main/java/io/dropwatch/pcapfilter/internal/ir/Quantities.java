package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What can be said about numbers without a packet. */
public final class Quantities {
  private Quantities() {}

  /** Whether reading it can reject a packet. */
  public static boolean mayReject(Quantity q) {
    return switch (q) {
      case Quantity.Constant _, Quantity.WireLength _, Quantity.Metadata _, Quantity.Variable _ ->
          false;
      case Quantity.Load _ -> true;
      case Quantity.Binary b -> {
        boolean divides =
            b.operator() == Quantity.Operator.DIVIDE || b.operator() == Quantity.Operator.MODULO;
        boolean safe = b.right() instanceof Quantity.Constant(int divisor) && divisor != 0;
        yield (divides && !safe) || mayReject(b.left()) || mayReject(b.right());
      }
    };
  }

  /** The largest value it can have, 0 to 2 to the 32 less 1. */
  public static long most(Quantity q) {
    long all = 0xffff_ffffL;
    return switch (q) {
      case Quantity.Constant(int value) -> Integer.toUnsignedLong(value);
      case Quantity.WireLength _ -> all;
      case Quantity.Variable variable -> variable.most();
      case Quantity.Metadata(var field) -> all >>> (32 - 8 * field.size());
      case Quantity.Load load -> all >>> (32 - 8 * load.size());
      case Quantity.Binary b -> {
        long left = most(b.left());
        long right = most(b.right());
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
          // Larger than true, but the verifier knows no more either.
          case DIVIDE, SUBTRACT, MODULO, OR, XOR -> all;
        };
      }
    };
  }

  /** Calls {@code each} for the number and all numbers it is made of. */
  public static void walk(Quantity q, Consumer<Quantity> each) {
    each.accept(q);
    switch (q) {
      case Quantity.Binary b -> {
        walk(b.left(), each);
        walk(b.right(), each);
      }
      case Quantity.Load load -> {
        if (load.index() != null) {
          walk(load.index(), each);
        }
      }
      case Quantity.Constant _,
          Quantity.WireLength _,
          Quantity.Metadata _,
          Quantity.Variable _ -> {}
    }
  }

  /** Whether a number is made of a variable. */
  public static boolean mentions(Quantity quantity, Quantity.Variable variable) {
    return switch (quantity) {
      case Quantity.Variable found -> found.equals(variable);
      case Quantity.Binary b -> mentions(b.left(), variable) || mentions(b.right(), variable);
      case Quantity.Load load -> load.index() != null && mentions(load.index(), variable);
      case Quantity.Constant _, Quantity.WireLength _, Quantity.Metadata _ -> false;
    };
  }

  /** Calls {@code each} for the number and what it is made of, but not for parts of indices. */
  static void walkOutside(Quantity q, Consumer<Quantity> each) {
    each.accept(q);
    if (q instanceof Quantity.Binary b) {
      walkOutside(b.left(), each);
      walkOutside(b.right(), each);
    }
  }

  /** The number with every read at another place. */
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

  /** The number with every variable replaced, and constants gathered in offsets. */
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
        && most(sum.left()) + Integer.toUnsignedLong(distance) <= 0xffff_ffffL
        && Integer.toUnsignedLong(load.offset()) + Integer.toUnsignedLong(distance)
            <= 0xffff_ffffL) {
      return new Quantity.Load(load.area(), sum.left(), load.offset() + distance, load.size());
    }
    return load;
  }
}
