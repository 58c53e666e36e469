package io.dropwatch.pcapfilter.internal.ir;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What code generators make of a graph: a result for each state that code may be in, successors
 * first. It does not recurse, since a graph may be as deep as a filter is long.
 *
 * @param <S> a node of the graph, and what is known there; a value
 * @param <R> what a state comes to
 */
public final class Worklist<S, R> {
  private static final int STATES_PER_NODE = 8;
  private static final int FEW_STATES = 2000;

  private final int limit;
  private final Map<S, R> done = new HashMap<>();

  private Worklist(int limit) {
    this.limit = limit;
  }

  /** Looks at one state. */
  public interface Visit<S> {
    /** {@return null where the state is finished now, otherwise a state to finish before it} */
    @Nullable S visit(S state);
  }

  /** A list that gives up when states become many more than the graph has nodes. */
  public static <S, R> Worklist<S, R> limited(Graph graph) {
    return new Worklist<>(FEW_STATES + STATES_PER_NODE * graph.nodes().size());
  }

  /** A list that goes on to the end. */
  public static <S, R> Worklist<S, R> unlimited() {
    return new Worklist<>(Integer.MAX_VALUE);
  }

  /** {@return the result of a state; null if it is not finished} */
  public @Nullable R result(S state) {
    return done.get(state);
  }

  /** Notes the result of a state. */
  public void finish(S state, R result) {
    done.put(state, result);
  }

  /**
   * Finishes a state and all that it needs.
   *
   * @param visit calls {@link #finish} for the state it is asked to look at, or names another
   * @return the state's result; null where the states became too many
   */
  public @Nullable R run(S first, Visit<S> visit) {
    Deque<S> stack = new ArrayDeque<>();
    stack.push(first);
    while (!stack.isEmpty()) {
      if (done.size() > limit) {
        return null;
      }
      S state = stack.peek();
      S missing = done.containsKey(state) ? null : visit.visit(state);
      if (missing == null) {
        stack.pop();
      } else {
        stack.push(missing);
      }
    }
    return done.get(first);
  }
}
