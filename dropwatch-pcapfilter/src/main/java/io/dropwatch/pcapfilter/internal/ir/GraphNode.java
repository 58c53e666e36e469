package io.dropwatch.pcapfilter.internal.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A node of an acyclic graph.
 *
 * @param <N> the type of all nodes of the graph
 */
public interface GraphNode<N extends GraphNode<N>> {

  /** Returns a number that is unique in the graph and greater than those of the successors. */
  int id();

  /**
   * Returns where control may go next: nowhere, to one node, or to one of two. The first of two is
   * where the comparison holds, or the jump is taken.
   */
  List<N> successors();

  /** Returns the nodes that can be reached from {@code root}, successors first. */
  static <N extends GraphNode<N>> List<N> reachable(N root) {
    NavigableMap<Integer, N> pending = new TreeMap<>();
    pending.put(root.id(), root);
    List<N> nodes = new ArrayList<>();
    for (var last = pending.pollLastEntry(); last != null; last = pending.pollLastEntry()) {
      nodes.add(last.getValue());
      last.getValue().successors().forEach(next -> pending.put(next.id(), next));
    }
    return nodes.reversed();
  }

  /**
   * Counts the edges that lead to each node.
   *
   * @param nodes a whole graph, its root last
   * @return the numbers of edges, by node id
   */
  static <N extends GraphNode<N>> int[] predecessors(List<N> nodes) {
    int[] edges = new int[nodes.getLast().id() + 1];
    for (N node : nodes) {
      node.successors().forEach(successor -> edges[successor.id()]++);
    }
    return edges;
  }
}
