package io.dropwatch.pcapfilter;

import io.dropwatch.pcapfilter.internal.ast.Expression;
import io.dropwatch.pcapfilter.internal.ast.Parser;
import io.dropwatch.pcapfilter.internal.ast.Printer;
import io.dropwatch.pcapfilter.internal.ast.TreeDump;
import io.dropwatch.pcapfilter.internal.bytecode.ClassWriter;
import io.dropwatch.pcapfilter.internal.bytecode.CompiledFilter;
import io.dropwatch.pcapfilter.internal.check.Checker;
import io.dropwatch.pcapfilter.internal.classic.ClassicCompiler;
import io.dropwatch.pcapfilter.internal.ebpf.EbpfCompiler;
import io.dropwatch.pcapfilter.internal.explain.Outline;
import io.dropwatch.pcapfilter.internal.explain.PacketExplainer;
import io.dropwatch.pcapfilter.internal.interpret.Interpreter;
import io.dropwatch.pcapfilter.internal.ir.BranchReordering;
import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.GraphText;
import io.dropwatch.pcapfilter.internal.ir.JumpThreading;
import io.dropwatch.pcapfilter.internal.ir.LoadCombining;
import io.dropwatch.pcapfilter.internal.ir.Lowering;
import io.dropwatch.pcapfilter.internal.ir.SwitchLowering;
import io.dropwatch.pcapfilter.internal.ir.TailMerging;
import io.dropwatch.pcapfilter.internal.predicate.PacketView;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.PredicateText;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;
import io.dropwatch.pcapfilter.internal.token.Lexer;
import io.dropwatch.pcapfilter.internal.token.Token;
import io.dropwatch.pcapfilter.internal.warn.Warnings;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The compile pipeline: one expression for one view of packets, and every form made of it. */
final class Compilation {
  /** Leaf size of {@link SwitchLowering} for the JVM: few comparisons per packet matter. */
  private static final int JVM_LEAF_SIZE = 3;

  /** Leaf size of {@link SwitchLowering} for classic BPF: few instructions matter. */
  private static final int CLASSIC_LEAF_SIZE = Integer.MAX_VALUE;

  /**
   * Leaf size for eBPF: few instructions matter, but the verifier allows 8,192 branches on one path
   * (BPF_COMPLEXITY_LIMIT_JMP_SEQ of kernel/bpf/verifier.c).
   */
  private static final int EBPF_LEAF_SIZE = 64;

  /** Larger graphs are not optimized further: they are too long for every back-end anyway. */
  private static final int MAX_OPTIMIZED_NODES = 200_000;

  /** Bytes of the shortest IPv4 header. */
  private static final int IPV4_HEADER = 20;

  private final String expression;
  private final PacketView view;
  private final FilterOptions options;
  private final List<Token> tokens;
  private final Expression tree;
  private final Predicate predicate;

  private Compilation(String expression, PacketView view, FilterOptions options) {
    this.expression = expression;
    this.view = view;
    this.options = options;
    this.tokens = Lexer.tokens(expression);
    this.tree = Parser.parse(tokens);
    this.predicate = Checker.check(tree, view, options);
  }

  static Compilation of(String expression, PacketView view, FilterOptions options) {
    Objects.requireNonNull(expression, "expression");
    Objects.requireNonNull(options, "options");
    try {
      return new Compilation(expression, view, options);
    } catch (SyntaxFault fault) {
      throw FilterSyntaxException.of(expression, fault);
    }
  }

  String expression() {
    return expression;
  }

  String canonicalExpression() {
    return Printer.print(tree);
  }

  List<FilterWarning> warnings() {
    return Warnings.about(expression, tree, predicate, view, options).stream()
        .map(warning -> new FilterWarning(expression, warning))
        .toList();
  }

  Explanation explain(byte[] bytes, int macLength, int wireLength, @Nullable SkbPacket skb) {
    return Explanation.of(
        expression, PacketExplainer.explain(view, predicate, bytes, macLength, wireLength, skb));
  }

  String outline() {
    return Outline.print(predicate);
  }

  /**
   * @throws UnsupportedOperationException if the filter is too large for eBPF; one that is much too
   *     large is refused before its graph takes memory
   */
  EbpfCode ebpf(EbpfTarget target) {
    long comparisons = Predicate.comparisons(predicate);
    if (comparisons > MAX_OPTIMIZED_NODES) {
      throw new UnsupportedOperationException(
          "the filter has %d comparisons, too many for eBPF code".formatted(comparisons));
    }
    return new EbpfCode(EbpfCompiler.compile(graph(EBPF_LEAF_SIZE), view.networkOffset(), target));
  }

  ClassicBpf classicBpf() {
    Graph plain = threaded(CLASSIC_LEAF_SIZE);
    if (plain.nodes().size() > MAX_OPTIMIZED_NODES) {
      return classicBpf(List.of(plain));
    }
    Graph reordered = BranchReordering.reorder(plain);
    Graph combined = BranchReordering.reorder(LoadCombining.combine(plain));
    return classicBpf(
        List.of(
            plain, reordered, combined, TailMerging.merge(reordered), TailMerging.merge(combined)));
  }

  private static ClassicBpf classicBpf(List<Graph> graphs) {
    return new ClassicBpf(ClassicCompiler.compile(graphs));
  }

  /** Returns the predicate as a class of its own, or as the interpreter where that is too large. */
  CompiledFilter compiledFilter() {
    CompiledFilter generated =
        ClassWriter.write(
            graph(JVM_LEAF_SIZE), view == PacketView.SKB, view.networkOffset() + IPV4_HEADER);
    return generated == null ? interpreter() : generated;
  }

  CompiledFilter interpreter() {
    return new CompiledFilter() {
      @Override
      public boolean matches(byte[] bytes, int mac, int wireLength, @Nullable SkbPacket skb) {
        return Interpreter.matches(predicate, bytes, mac, wireLength, skb, null);
      }
    };
  }

  /**
   * Returns the graph as generated code wants it.
   *
   * @param leaf as of {@link SwitchLowering}
   */
  private Graph graph(int leaf) {
    Graph plain = threaded(leaf);
    return plain.nodes().size() > MAX_OPTIMIZED_NODES
        ? plain
        : TailMerging.merge(LoadCombining.combine(plain));
  }

  private Graph threaded(int leaf) {
    return SwitchLowering.lower(JumpThreading.thread(Lowering.lower(predicate)), leaf);
  }

  String dump(Stage stage) {
    return switch (stage) {
      case TOKENS -> Token.print(tokens);
      case TREE -> TreeDump.print(tree);
      case PREDICATE -> PredicateText.print(predicate);
      case GRAPH -> GraphText.print(graph(EBPF_LEAF_SIZE));
      case EBPF -> ebpf(EbpfTarget.function()).toString();
      case CLASSIC -> classicBpf().toString();
    };
  }
}
