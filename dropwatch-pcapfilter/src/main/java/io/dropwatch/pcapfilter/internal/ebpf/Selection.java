package io.dropwatch.pcapfilter.internal.ebpf;

import io.dropwatch.pcapfilter.internal.ebpf.Compiler.Options;
import io.dropwatch.pcapfilter.internal.ebpf.NodeCode.Plan;
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
final class Selection {
  /** Bytes of the packet that the code may read; the probe captures no more. */
  static final int WINDOW = 256;

  /** States of a node that keep what registers hold, where variables have their homes. */
  private static final int ADMITTED = 1;

  private final Needs needs;
  private final boolean forgetful;
  private final Flow.Builder flow;
  private final Options options;
  private final Map<State, Plan> plans = new HashMap<>();
  private final Worklist<State, Flow> worklist;
  private final Map<Node, Set<State>> admitted = new HashMap<>();

  private Selection(Graph graph, Needs needs, Options options, boolean forgetful) {
    this.needs = needs;
    this.options = options;
    this.flow = new Flow.Builder(options.verdicts());
    this.forgetful = forgetful;
    this.worklist = forgetful ? Worklist.unlimited() : Worklist.limited(graph);
  }

  /**
   * The instructions of {@code graph}.
   *
   * @param needs with early checks
   */
  static Flow select(Graph graph, Needs needs, Options options) {
    Flow rich = new Selection(graph, needs, options, false).run(graph.root());
    if (rich != null) {
      return rich;
    }
    Flow plain = new Selection(graph, Needs.of(graph, false), options, true).run(graph.root());
    if (plain == null) {
      throw new IllegalStateException("one state for each node at most");
    }
    return plain;
  }

  private @Nullable Flow run(Node root) {
    State first = State.initial(root, options.headerLength()).at(root, needs);
    Flow result = worklist.run(first, this::visit);
    return result == null ? null : flow.start(result);
  }

  /** Finishes a state, or answers with a successor that must be finished before. */
  private @Nullable State visit(State state) {
    if (state.node() instanceof Node.Verdict verdict) {
      worklist.finish(state, flow.end(verdict.accept(), state.nonZero()));
      return null;
    }
    if (needs.reach(state.node()) == Needs.NEVER) {
      worklist.finish(state, flow.end(false, false));
      return null;
    }
    Plan plan = plans.computeIfAbsent(state, s -> new NodeCode(s, needs, options).plan(s.node()));
    State taken = successor(plan.taken());
    State next = successor(plan.next());
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

  private @Nullable State successor(@Nullable State state) {
    if (state == null || !(forgetful || options.homes())) {
      return state;
    }
    return forgetful || isOneTooMany(state) ? state.forgetful() : state;
  }

  // Where variables stay in their registers, the first states of a node serve all that come later.
  private boolean isOneTooMany(State state) {
    Set<State> first = admitted.computeIfAbsent(state.node(), _ -> new HashSet<>());
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
    List<Piece> code = plan.code();
    for (Piece piece : code.reversed()) {
      behind =
          switch (piece) {
            case Piece.Plain(Instruction instruction) -> flow.step(instruction, behind);
            case Piece.RejectIf(Instruction jump) ->
                flow.fork(jump, flow.end(false, false), behind);
            case Piece.Either either ->
                flow.fork(
                    either.jump(),
                    steps(either.taken(), behind),
                    steps(either.otherwise(), behind));
          };
    }
    return behind;
  }

  private Flow steps(List<Instruction> instructions, Flow behind) {
    Flow first = behind;
    for (Instruction instruction : instructions.reversed()) {
      first = flow.step(instruction, first);
    }
    return first;
  }
}
