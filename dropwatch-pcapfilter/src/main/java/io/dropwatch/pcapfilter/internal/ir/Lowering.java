package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Predicate;

/** Lowers a predicate to a decision graph. */
public final class Lowering {
  private final Graph.Builder graph = new Graph.Builder();

  private Lowering() {}

  /** Returns the graph of {@code predicate}, with one branch for each comparison. */
  public static Graph lower(Predicate predicate) {
    Lowering lowering = new Lowering();
    Graph.Builder graph = lowering.graph;
    return graph.graph(lowering.lower(predicate, graph.verdict(true), graph.verdict(false)));
  }

  private Node lower(Predicate predicate, Node yes, Node no) {
    return switch (predicate) {
      case Predicate.Always(boolean outcome) -> outcome ? yes : no;
      case Predicate.Compare compare -> graph.branch(compare, yes, no);
      case Predicate.Not not -> lower(not.operand(), no, yes);
      case Predicate.Chain chain -> chain(chain, yes, no);
      case Predicate.Define define -> graph.assign(define.variable(), define.number(), yes);
      case Predicate.Primitive primitive -> lower(primitive.meaning(), yes, no);
    };
  }

  // From the last operand to the first, without recursion: a chain may have 100,000 operands.
  private Node chain(Predicate.Chain chain, Node yes, Node no) {
    Node whenTrue = yes;
    Node whenFalse = no;
    for (int i = chain.operands().size() - 1; i > 0; i--) {
      Node operand = lower(chain.operands().get(i), whenTrue, whenFalse);
      if (chain.conjunctions().get(i - 1)) {
        whenTrue = operand;
      } else {
        whenFalse = operand;
      }
    }
    return lower(chain.operands().getFirst(), whenTrue, whenFalse);
  }
}
