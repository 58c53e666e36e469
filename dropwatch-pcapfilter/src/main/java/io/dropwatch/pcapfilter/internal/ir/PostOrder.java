package io.dropwatch.pcapfilter.internal.ir;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Visits an acyclic graph depth first, successors before predecessors. It does not recurse: a graph
 * may be as deep as a filter is long.
 */
public final class PostOrder {
  private PostOrder() {}

  /**
   * Finishes {@code root} and everything that it needs.
   *
   * @param visit finishes the state, or returns another one that must be finished before it; a
   *     finished state may be visited again
   * @param giveUp asked before each visit
   * @return whether root is finished; false after {@code giveUp}
   */
  public static <S> boolean run(S root, Function<S, @Nullable S> visit, BooleanSupplier giveUp) {
    Deque<S> stack = new ArrayDeque<>();
    stack.push(root);
    while (!stack.isEmpty()) {
      if (giveUp.getAsBoolean()) {
        return false;
      }
      S missing = visit.apply(stack.getFirst());
      if (missing == null) {
        stack.pop();
      } else {
        stack.push(missing);
      }
    }
    return true;
  }

  /** Finishes {@code root} and everything that it needs. */
  public static <S> void run(S root, Function<S, @Nullable S> visit) {
    run(root, visit, () -> false);
  }
}
