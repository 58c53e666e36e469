package io.dropwatch.pcapfilter.internal.ir;

/** Builds a graph from another one, node by node, successors first. */
final class GraphRewriter {
  private final Graph graph;
  private final Node[] made;
  private final Graph.Builder result = new Graph.Builder();

  GraphRewriter(Graph graph) {
    this.graph = graph;
    this.made = new Node[graph.root().id() + 1];
  }

  /** Returns the builder of the new graph. */
  Graph.Builder result() {
    return result;
  }

  /** Sets the replacement of a node. */
  void put(Node node, Node replacement) {
    made[node.id()] = replacement;
  }

  /** Returns the replacement of a node. */
  Node get(Node node) {
    Node replacement = made[node.id()];
    if (replacement == null) {
      throw new IllegalStateException("node %d has no replacement yet".formatted(node.id()));
    }
    return replacement;
  }

  /** Returns a copy of the node that leads to the replacements of its successors. */
  Node copy(Node node) {
    return switch (node) {
      case Node.Verdict verdict -> result.verdict(verdict.accept());
      case Node.Assign assign ->
          result.assign(assign.variable(), assign.operand(), get(assign.next()));
      case Node.Branch branch -> result.branch(branch.test(), get(branch.yes()), get(branch.no()));
    };
  }

  /** Returns the new graph. */
  Graph graph() {
    return result.graph(get(graph.root()));
  }
}
