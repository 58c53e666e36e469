package io.dropwatch.pcapfilter.internal.classic;

import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.ir.Worklist;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Selects operations for a graph, node by node and state by state. */
final class ClassicSelector {
  private final ScratchAllocator words;
  private final IndexAnalysis indices;
  private final boolean withoutFacts;
  private final Flow.Builder flow = new Flow.Builder();
  private final Map<ClassicState, ClassicNodeCodegen.Plan> plans = new HashMap<>();
  private final Worklist<ClassicState, Flow> worklist;

  private ClassicSelector(
      Graph graph, ScratchAllocator words, IndexAnalysis indices, boolean withoutFacts) {
    this.words = words;
    this.indices = indices;
    this.withoutFacts = withoutFacts;
    this.worklist = withoutFacts ? Worklist.unlimited() : Worklist.limited(graph);
  }

  /**
   * The operations of {@code graph}.
   *
   * @throws UnsupportedOperationException if the scratch words are too few
   */
  static Flow select(Graph graph) {
    ScratchAllocator words = ScratchAllocator.of(graph);
    IndexAnalysis indices = IndexAnalysis.of(graph);
    Flow flow = new ClassicSelector(graph, words, indices, false).run(graph.root());
    if (flow == null) {
      flow = new ClassicSelector(graph, words, indices, true).run(graph.root());
    }
    if (flow == null) {
      throw new IllegalStateException("one state for each node at most");
    }
    return flow;
  }

  private @Nullable Flow run(Node root) {
    Flow result = worklist.run(new ClassicState(root, null, null), this::visit);
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
  private @Nullable ClassicState visit(ClassicState state) {
    if (state.node() instanceof Node.Verdict verdict) {
      worklist.finish(state, flow.end(verdict.accept()));
      return null;
    }
    ClassicNodeCodegen.Plan plan =
        plans.computeIfAbsent(state, known -> ClassicNodeCodegen.plan(known, words, indices));
    ClassicState yes = withoutFacts ? plan.yes().withoutFacts() : plan.yes();
    ClassicState no = withoutFacts ? plan.no().withoutFacts() : plan.no();
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

  private Flow assemble(ClassicNodeCodegen.Plan plan, Flow yes, Flow no) {
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
