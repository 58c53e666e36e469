package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Predicate.Relation;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What a path knows of a number it has read: unsigned bounds, and values it does not have.
 *
 * @param least lower bound
 * @param most upper bound
 * @param excluded values in between that it does not have
 */
record ValueRange(long least, long most, Set<Integer> excluded) {

  static ValueRange within(long most) {
    return new ValueRange(0, most, Set.of());
  }

  /** Whether the comparison with a constant holds, or null when it is open. */
  @Nullable Boolean decide(Relation relation, int constant) {
    long c = Integer.toUnsignedLong(constant);
    return switch (relation) {
      case EQUAL -> {
        if (c < least || c > most || excluded.contains(constant)) {
          yield false;
        }
        yield least == most ? Boolean.TRUE : null;
      }
      case GREATER -> least > c ? Boolean.TRUE : most <= c ? Boolean.FALSE : null;
      case GREATER_OR_EQUAL -> least >= c ? Boolean.TRUE : most < c ? Boolean.FALSE : null;
      case COMMON_BITS -> least == most ? Boolean.valueOf((least & c) != 0) : null;
    };
  }

  /** The fact after the comparison came out as it did. */
  ValueRange learn(Relation relation, int constant, boolean outcome) {
    long c = Integer.toUnsignedLong(constant);
    return switch (relation) {
      case EQUAL -> outcome ? new ValueRange(c, c, Set.of()) : without(constant, c);
      case GREATER -> outcome ? bounded(c + 1, most) : bounded(least, Math.min(most, c));
      case GREATER_OR_EQUAL -> outcome ? bounded(c, most) : bounded(least, Math.min(most, c - 1));
      case COMMON_BITS -> this;
    };
  }

  /** The fact with those excluded values only that somebody asks for. */
  ValueRange asked(IntPredicate asks) {
    if (excluded.stream().allMatch(asks::test)) {
      return this;
    }
    Set<Integer> kept = new TreeSet<>(excluded);
    kept.removeIf(value -> !asks.test(value));
    return new ValueRange(least, most, kept);
  }

  private ValueRange bounded(long from, long to) {
    return new ValueRange(Math.max(least, from), to, excluded);
  }

  private ValueRange without(int constant, long c) {
    if (c == least) {
      return new ValueRange(least + 1, most, excluded);
    }
    if (c == most) {
      return new ValueRange(least, most - 1, excluded);
    }
    Set<Integer> more = new TreeSet<>(excluded);
    more.add(constant);
    return new ValueRange(least, most, more);
  }
}
