package io.dropwatch.pcapfilter.internal.classic;

import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.ir.Worklist;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Selects operations for a graph, node by node and state by state. */
final class Selection {
  private final Words words;
  private final Indices indices;
  private final boolean forgetful;
  private final Flow.Builder flow = new Flow.Builder();
  private final Map<State, NodeCode.Plan> plans = new HashMap<>();
  private final Worklist<State, Flow> worklist;

  private Selection(Graph graph, Words words, Indices indices, boolean forgetful) {
    this.words = words;
    this.indices = indices;
    this.forgetful = forgetful;
    this.worklist = forgetful ? Worklist.unlimited() : Worklist.limited(graph);
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
    Flow result = worklist.run(new State(root, null, null), this::visit);
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
      worklist.finish(state, flow.end(verdict.accept()));
      return null;
    }
    NodeCode.Plan plan =
        plans.computeIfAbsent(state, known -> NodeCode.plan(known, words, indices));
    State yes = forgetful ? plan.yes().forgetful() : plan.yes();
    State no = forgetful ? plan.no().forgetful() : plan.no();
    Flow behindYes = worklist.result(yes);
    if (behindYes == null) {
      return yes;
    }
    Flow behindNo = worklist.result(no);
    if (behindNo == null) {
      return no;
    }
    worklist.finish(state, assemble(plan, behindYes, behindNo));
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
