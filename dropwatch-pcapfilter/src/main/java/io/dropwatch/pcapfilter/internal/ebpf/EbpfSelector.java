package io.dropwatch.pcapfilter.internal.ebpf;

import io.dropwatch.pcapfilter.internal.ebpf.EbpfCompiler.Options;
import io.dropwatch.pcapfilter.internal.ebpf.EbpfNodeCodegen.Plan;
import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.ir.Worklist;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Selects instructions for a graph, node by node and state by state. */
final class EbpfSelector {
  /** Bytes of the packet that the code may read; the probe captures no more. */
  static final int WINDOW = 256;

  /** States of a node that keep what registers hold, where variables have their homes. */
  private static final int ADMITTED = 1;

  private final BoundsAnalysis needs;
  private final boolean withoutFacts;
  private final Flow.Builder flow;
  private final Options options;
  private final Map<EbpfState, Plan> plans = new HashMap<>();
  private final Worklist<EbpfState, Flow> worklist;
  private final Map<Node, Set<EbpfState>> admitted = new HashMap<>();

  private EbpfSelector(Graph graph, BoundsAnalysis needs, Options options, boolean withoutFacts) {
    this.needs = needs;
    this.options = options;
    this.flow = new Flow.Builder(options.verdicts());
    this.withoutFacts = withoutFacts;
    this.worklist = withoutFacts ? Worklist.unlimited() : Worklist.limited(graph);
  }

  /**
   * The instructions of {@code graph}.
   *
   * @param needs with early checks
   */
  static Flow select(Graph graph, BoundsAnalysis needs, Options options) {
    Flow rich = new EbpfSelector(graph, needs, options, false).run(graph.root());
    if (rich != null) {
      return rich;
    }
    Flow plain =
        new EbpfSelector(graph, BoundsAnalysis.of(graph, false), options, true).run(graph.root());
    if (plain == null) {
      throw new IllegalStateException("one state for each node at most");
    }
    return plain;
  }

  private @Nullable Flow run(Node root) {
    EbpfState first = EbpfState.initial(root, options.headerLength()).at(root, needs);
    Flow result = worklist.run(first, this::visit);
    return result == null ? null : flow.start(result);
  }

  /** Finishes a state, or answers with a successor that must be finished before. */
  private @Nullable EbpfState visit(EbpfState state) {
    if (state.node() instanceof Node.Verdict verdict) {
      worklist.finish(state, flow.end(verdict.accept(), state.nonZero()));
      return null;
    }
    if (needs.reach(state.node()) == BoundsAnalysis.NEVER) {
      worklist.finish(state, flow.end(false, false));
      return null;
    }
    Plan plan =
        plans.computeIfAbsent(state, s -> new EbpfNodeCodegen(s, needs, options).plan(s.node()));
    EbpfState taken = successor(plan.taken());
    EbpfState next = successor(plan.next());
    Flow behindTaken = taken == null ? null : worklist.result(taken);
    if (taken != null && behindTaken == null) {
      return taken;
    }
    Flow behindNext = next == null ? null : worklist.result(next);
    if (next != null && behindNext == null) {
      return next;
    }
    worklist.finish(state, assemble(plan, behindTaken, behindNext));
    plans.remove(state);
    return null;
  }

  private @Nullable EbpfState successor(@Nullable EbpfState state) {
    if (state == null || !(withoutFacts || options.homes())) {
      return state;
    }
    return withoutFacts || isOneTooMany(state) ? state.withoutFacts() : state;
  }

  // Where variables stay in their registers, the first states of a node serve all that come later.
  private boolean isOneTooMany(EbpfState state) {
    Set<EbpfState> first = admitted.computeIfAbsent(state.node(), _ -> new HashSet<>());
    boolean room = first.size() < ADMITTED || state.shifted() != null;
    if (room) {
      first.add(state);
    }
    return !first.contains(state);
  }

  private Flow assemble(Plan plan, @Nullable Flow taken, @Nullable Flow next) {
    if (plan.rejects() || taken == null) {
      return flow.end(false, false);
    }
    Flow behind = plan.jump() == null || next == null ? taken : flow.fork(plan.jump(), taken, next);
    List<CodeFragment> code = plan.code();
    for (CodeFragment piece : code.reversed()) {
      behind =
          switch (piece) {
            case CodeFragment.Plain(Insn instruction) -> flow.step(instruction, behind);
            case CodeFragment.RejectIf(Insn jump) ->
                flow.fork(jump, flow.end(false, false), behind);
            case CodeFragment.Either either ->
                flow.fork(
                    either.jump(),
                    steps(either.taken(), behind),
                    steps(either.otherwise(), behind));
          };
    }
    return behind;
  }

  private Flow steps(List<Insn> instructions, Flow behind) {
    Flow first = behind;
    for (Insn instruction : instructions.reversed()) {
      first = flow.step(instruction, first);
    }
    return first;
  }
}
