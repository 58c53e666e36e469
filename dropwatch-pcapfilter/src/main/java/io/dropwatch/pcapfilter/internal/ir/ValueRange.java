package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Predicate.Relation;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The values that a number may have on a path: unsigned bounds, less some values. The number is
 * {@link DemandAnalysis#key}: where bits are compared, the masked number, which is 0 or not.
 *
 * @param min lower bound
 * @param max upper bound
 * @param excluded values between the bounds that it does not have
 */
record ValueRange(long min, long max, Set<Integer> excluded) {

  static ValueRange upTo(long max) {
    return new ValueRange(0, max, Set.of());
  }

  /** Returns whether the comparison with a constant holds, or null if that is not known. */
  @Nullable Boolean decide(Relation relation, int constant) {
    long c = Integer.toUnsignedLong(constant);
    return switch (relation) {
      case EQUAL -> {
        if (c < min || c > max || excluded.contains(constant)) {
          yield false;
        }
        yield min == max ? Boolean.TRUE : null;
      }
      case GREATER -> min > c ? Boolean.TRUE : max <= c ? Boolean.FALSE : null;
      case GREATER_OR_EQUAL -> min >= c ? Boolean.TRUE : max < c ? Boolean.FALSE : null;
      case COMMON_BITS -> {
        Boolean zero = decide(Relation.EQUAL, 0);
        yield zero == null ? null : (Boolean) !zero;
      }
    };
  }

  /** Returns the range after a comparison had this outcome. */
  ValueRange narrowed(Relation relation, int constant, boolean outcome) {
    long c = Integer.toUnsignedLong(constant);
    return switch (relation) {
      case EQUAL -> outcome ? new ValueRange(c, c, Set.of()) : without(constant, c);
      case GREATER -> outcome ? within(c + 1, max) : within(min, Math.min(max, c));
      case GREATER_OR_EQUAL -> outcome ? within(c, max) : within(min, Math.min(max, c - 1));
      case COMMON_BITS -> narrowed(Relation.EQUAL, 0, !outcome);
    };
  }

  /** Returns the range without those excluded values that nothing compares it with. */
  ValueRange retaining(IntPredicate compared) {
    if (excluded.stream().allMatch(compared::test)) {
      return this;
    }
    Set<Integer> kept = new TreeSet<>(excluded);
    kept.removeIf(value -> !compared.test(value));
    return new ValueRange(min, max, kept);
  }

  private ValueRange within(long from, long to) {
    return new ValueRange(Math.max(min, from), to, excluded);
  }

  private ValueRange without(int constant, long c) {
    if (c == min) {
      return new ValueRange(min + 1, max, excluded);
    }
    if (c == max) {
      return new ValueRange(min, max - 1, excluded);
    }
    Set<Integer> more = new TreeSet<>(excluded);
    more.add(constant);
    return new ValueRange(min, max, more);
  }
}
