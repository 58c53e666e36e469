package io.dropwatch.pcapfilter.internal.ir;

/** A graph that is made of another, node by node, successors first. */
final class GraphRewriter {
  private final Graph graph;
  private final Node[] made;
  private final Graph.Builder result = new Graph.Builder();

  GraphRewriter(Graph graph) {
    this.graph = graph;
    this.made = new Node[graph.root().id() + 1];
  }

  /** Where the nodes of the new graph are made. */
  Graph.Builder result() {
    return result;
  }

  /** Says what stands for a node from now on. */
  void put(Node node, Node replacement) {
    made[node.id()] = replacement;
  }

  /** What stands for a node. */
  Node get(Node node) {
    Node replacement = made[node.id()];
    if (replacement == null) {
      throw new IllegalStateException("successors come first");
    }
    return replacement;
  }

  /** The same node, in front of what stands for its successors. */
  Node copy(Node node) {
    return switch (node) {
      case Node.Verdict verdict -> result.verdict(verdict.accept());
      case Node.Assign assign ->
          result.assign(assign.variable(), assign.quantity(), get(assign.next()));
      case Node.Branch branch -> result.branch(branch.test(), get(branch.yes()), get(branch.no()));
    };
  }

  /** The new graph. */
  Graph graph() {
    return result.graph(get(graph.root()));
  }
}
