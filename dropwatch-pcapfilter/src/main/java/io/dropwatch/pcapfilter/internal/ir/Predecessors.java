package io.dropwatch.pcapfilter.internal.ir;

/** How many edges lead to each node of a graph. */
final class Predecessors {
  private final int[] edges;

  Predecessors(Graph graph) {
    edges = new int[graph.root().id() + 1];
    for (Node node : graph.nodes()) {
      switch (node) {
        case Node.Verdict _ -> {}
        case Node.Assign assign -> edges[assign.next().id()]++;
        case Node.Branch branch -> {
          edges[branch.yes().id()]++;
          edges[branch.no().id()]++;
        }
      }
    }
  }

  int of(Node node) {
    return edges[node.id()];
  }
}
