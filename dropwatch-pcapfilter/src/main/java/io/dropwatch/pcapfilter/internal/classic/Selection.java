package io.dropwatch.pcapfilter.internal.classic;

import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.Node;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Selects operations for a graph, node by node and state by state. */
final class Selection {
  /** States for each node beyond which registers are forgotten between nodes. */
  private static final int STATES_PER_NODE = 8;

  private static final int FEW_STATES = 2000;

  private final Words words;
  private final Indices indices;
  private final boolean forgetful;
  private final int limit;
  private final Flow.Builder flow = new Flow.Builder();
  private final Map<State, NodeCode.Plan> plans = new HashMap<>();
  private final Map<State, Flow> done = new HashMap<>();

  private Selection(Graph graph, Words words, Indices indices, boolean forgetful) {
    this.words = words;
    this.indices = indices;
    this.forgetful = forgetful;
    this.limit = FEW_STATES + STATES_PER_NODE * graph.nodes().size();
  }

  /**
   * The operations of {@code graph}.
   *
   * @throws UnsupportedOperationException if the scratch words are too few
   */
  static Flow select(Graph graph) {
    Words words = Words.of(graph);
    Indices indices = Indices.of(graph);
    Flow flow = new Selection(graph, words, indices, false).run(graph.root());
    if (flow == null) {
      flow = new Selection(graph, words, indices, true).run(graph.root());
    }
    if (flow == null) {
      throw new IllegalStateException("one state for each node at most");
    }
    return flow;
  }

  private @Nullable Flow run(Node root) {
    State first = new State(root, null, null);
    Deque<State> stack = new ArrayDeque<>();
    stack.push(first);
    while (!stack.isEmpty()) {
      if (!forgetful && done.size() > limit) {
        return null;
      }
      State state = stack.peek();
      State missing = done.containsKey(state) ? null : visit(state);
      if (missing == null) {
        stack.pop();
      } else {
        stack.push(missing);
      }
    }
    Flow result = done.get(first);
    return result == null ? null : withZeros(result);
  }

  // A variable that some path reads before it assigns it is 0; Linux wants to see that written.
  private Flow withZeros(Flow result) {
    Flow start = result;
    for (int word = 0; word < Operation.WORDS; word++) {
      if ((result.live() & 1 << word) != 0) {
        start = flow.step(Operation.store(word), start);
      }
    }
    return (start.live() & Operation.A_BIT) != 0 ? flow.step(Operation.constant(0), start) : start;
  }

  /** Finishes a state, or answers with a successor that must be finished before. */
  private @Nullable State visit(State state) {
    if (state.node() instanceof Node.Verdict verdict) {
      done.put(state, flow.end(verdict.accept()));
      return null;
    }
    NodeCode.Plan plan =
        plans.computeIfAbsent(state, known -> NodeCode.plan(known, words, indices));
    State yes = forgetful ? plan.yes().forgetful() : plan.yes();
    State no = forgetful ? plan.no().forgetful() : plan.no();
    Flow behindYes = done.get(yes);
    if (behindYes == null) {
      return yes;
    }
    Flow behindNo = done.get(no);
    if (behindNo == null) {
      return no;
    }
    done.put(state, assemble(plan, behindYes, behindNo));
    plans.remove(state);
    return null;
  }

  private Flow assemble(NodeCode.Plan plan, Flow yes, Flow no) {
    if (plan.rejects()) {
      return flow.end(false);
    }
    Flow behind = plan.jump() == null ? yes : flow.fork(plan.jump(), yes, no);
    for (Operation operation : plan.operations().reversed()) {
      behind =
          operation.isJump()
              ? flow.fork(operation, flow.end(false), behind)
              : flow.step(operation, behind);
    }
    return behind;
  }
}
