package io.dropwatch.pcapfilter.internal.classic;

import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.ir.SetAnalysis;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import java.util.BitSet;

/** Which numbers each node or one below it needs in X: indices of loads, and right operands. */
final class IndexAnalysis extends SetAnalysis<Operand> {
  /** Beyond this, numbers are not distinguished, and X is kept for one node only. */
  private static final int MAX_INDICES = 256;

  IndexAnalysis(Graph graph) {
    analyze(graph.nodes());
  }

  /** Returns whether the node or one below it needs the number in X. */
  boolean isNeeded(Node node, Operand x) {
    return contains(node, x);
  }

  @Override
  protected BitSet transfer(Node node, BitSet below) {
    BitSet needed = (BitSet) below.clone();
    node.walkOperands(
        part -> {
          if (part instanceof Operand.Load load && load.index() != null) {
            need(load.index(), needed);
          } else if (part instanceof Operand.Binary binary) {
            need(binary.right(), needed);
          }
        });
    if (node instanceof Node.Branch branch) {
      need(branch.test().right(), needed);
    }
    return needed.equals(below) ? below : needed;
  }

  private void need(Operand number, BitSet needed) {
    if (!(number instanceof Operand.Constant) && index(number) < MAX_INDICES) {
      needed.set(index(number));
    }
  }
}
