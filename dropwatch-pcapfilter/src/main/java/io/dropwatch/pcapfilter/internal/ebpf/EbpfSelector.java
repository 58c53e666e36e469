package io.dropwatch.pcapfilter.internal.ebpf;

import io.dropwatch.pcapfilter.internal.codegen.CodeNode;
import io.dropwatch.pcapfilter.internal.codegen.InstructionSelector;
import io.dropwatch.pcapfilter.internal.ebpf.EbpfCompiler.Options;
import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.Node;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Selects eBPF instructions. */
final class EbpfSelector extends InstructionSelector<EbpfState, Insn> {
  /** Bytes of the packet that the code may read; the probe captures no more. */
  static final int WINDOW = 256;

  private final EbpfGraph code;
  private final BoundsAnalysis bounds;
  private final Options options;
  private final boolean withoutFacts;

  /** The first state in which each node is reached, where variables have home registers. */
  private final Map<Node, Set<EbpfState>> admitted = new HashMap<>();

  private EbpfSelector(
      EbpfGraph code, BoundsAnalysis bounds, Options options, boolean withoutFacts, int maxStates) {
    super(code, code.reject(), maxStates);
    this.code = code;
    this.bounds = bounds;
    this.options = options;
    this.withoutFacts = withoutFacts;
  }

  /**
   * Returns the instructions of a graph.
   *
   * @param bounds of the graph, with early checks
   */
  static CodeNode<Insn> select(Graph graph, BoundsAnalysis bounds, Options options) {
    EbpfGraph code = new EbpfGraph(options.verdicts());
    CodeNode<Insn> first =
        new EbpfSelector(code, bounds, options, false, maxStates(graph)).run(graph);
    if (first == null) {
      code = new EbpfGraph(options.verdicts());
      BoundsAnalysis late = new BoundsAnalysis(graph, false);
      first = new EbpfSelector(code, late, options, true, Integer.MAX_VALUE).run(graph);
    }
    return code.start(Objects.requireNonNull(first));
  }

  private @Nullable CodeNode<Insn> run(Graph graph) {
    return run(EbpfState.initial(graph.root(), options.headerLength()).at(graph.root(), bounds));
  }

  @Override
  protected @Nullable CodeNode<Insn> verdict(EbpfState state) {
    if (state.node() instanceof Node.Verdict verdict) {
      return verdict.accept() ? code.accept(state.nonZero()) : code.reject();
    }
    return null;
  }

  @Override
  protected StateCode<EbpfState, Insn> select(EbpfState state) {
    StateCode<EbpfState, Insn> selected = new EbpfNodeCodegen(state, bounds, options).generate();
    return new StateCode<>(
        selected.fragments(), selected.jump(), admit(selected.taken()), admit(selected.next()));
  }

  // Where variables stay in home registers, the first state of a node keeps its facts, and all
  // that come later share one without.
  private EbpfState admit(EbpfState state) {
    if (withoutFacts) {
      return state.withoutFacts();
    }
    if (!options.homes()) {
      return state;
    }
    Set<EbpfState> states = admitted.computeIfAbsent(state.node(), _ -> new HashSet<>());
    if (states.isEmpty() || state.baseIndex() != null) {
      states.add(state);
    }
    return states.contains(state) ? state : state.withoutFacts();
  }
}
