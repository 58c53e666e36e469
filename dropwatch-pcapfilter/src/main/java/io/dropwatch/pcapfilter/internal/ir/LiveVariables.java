package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Operand;
import java.util.BitSet;
import java.util.Set;

/** Which variables are live at each node: read there or later before they are assigned again. */
public final class LiveVariables extends SetAnalysis<Operand.Variable> {

  /** Analyzes a graph. */
  public LiveVariables(Graph graph) {
    analyze(graph.nodes());
  }

  /** Returns whether the variable is live at the node. */
  public boolean isLive(Node node, Operand.Variable variable) {
    return contains(node, variable);
  }

  /** Returns the live variables of a node, as positions in {@link #variables}. */
  public BitSet live(Node node) {
    return (BitSet) at(node).clone();
  }

  /** Returns every variable of the graph. */
  public Set<Operand.Variable> variables() {
    return numbers();
  }

  @Override
  protected BitSet transfer(Node node, BitSet below) {
    BitSet live = (BitSet) below.clone();
    if (node instanceof Node.Assign assign) {
      live.clear(index(assign.variable()));
    }
    node.walkOperands(
        part -> {
          if (part instanceof Operand.Variable variable) {
            live.set(index(variable));
          }
        });
    return live.equals(below) ? below : live;
  }
}
