package io.dropwatch.pcapfilter.internal.classic;

import io.dropwatch.pcapfilter.internal.codegen.CodeNode;
import io.dropwatch.pcapfilter.internal.codegen.InstructionSelector;
import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.Node;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Selects classic BPF operations. */
final class ClassicSelector extends InstructionSelector<ClassicState, Operation> {
  private final ClassicGraph code;
  private final ScratchAllocator words;
  private final IndexAnalysis indices;
  private final boolean withoutFacts;

  private ClassicSelector(
      ClassicGraph code,
      ScratchAllocator words,
      IndexAnalysis indices,
      boolean withoutFacts,
      int maxStates) {
    super(code, code.verdict(false), maxStates);
    this.code = code;
    this.words = words;
    this.indices = indices;
    this.withoutFacts = withoutFacts;
  }

  /**
   * Returns the operations of a graph.
   *
   * @throws UnsupportedOperationException if there are too few scratch words
   */
  static CodeNode<Operation> select(Graph graph) {
    ScratchAllocator words = new ScratchAllocator(graph);
    IndexAnalysis indices = new IndexAnalysis(graph);
    ClassicState root = new ClassicState(graph.root(), null, null);
    ClassicGraph code = new ClassicGraph();
    CodeNode<Operation> first =
        new ClassicSelector(code, words, indices, false, maxStates(graph)).run(root);
    if (first == null) {
      code = new ClassicGraph();
      first = new ClassicSelector(code, words, indices, true, Integer.MAX_VALUE).run(root);
    }
    return code.start(Objects.requireNonNull(first));
  }

  @Override
  protected @Nullable CodeNode<Operation> verdict(ClassicState state) {
    return state.node() instanceof Node.Verdict verdict ? code.verdict(verdict.accept()) : null;
  }

  @Override
  protected StateCode<ClassicState, Operation> select(ClassicState state) {
    StateCode<ClassicState, Operation> selected =
        new ClassicNodeCodegen(state, words, indices).generate();
    return withoutFacts
        ? new StateCode<>(
            selected.fragments(),
            selected.jump(),
            selected.taken().withoutFacts(),
            selected.next().withoutFacts())
        : selected;
  }
}
