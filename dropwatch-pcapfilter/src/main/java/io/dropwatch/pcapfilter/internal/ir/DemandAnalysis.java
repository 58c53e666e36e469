package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Predicate.Relation;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** Which numbers each node and those below it compare, and with which constants. */
final class DemandAnalysis extends SetAnalysis<Operand> {
  private final BitSet withVariables = new BitSet();

  /** The smallest id of a node that compares a number with a constant. */
  private final Map<Comparison, Integer> last = new HashMap<>();

  private record Comparison(Operand number, int constant) {}

  DemandAnalysis(Graph graph) {
    analyze(graph.nodes());
  }

  /**
   * Returns whether the node or one below it may compare the number. A number with variables in it
   * may turn out to be any number.
   */
  boolean compares(Node node, Operand number) {
    return contains(node, number) || at(node).intersects(withVariables);
  }

  /**
   * Returns whether the node or one below it may compare the number with the constant. What is
   * below a node has a smaller id, so the smallest id of such a node decides.
   */
  boolean compares(Node node, Operand number, int constant) {
    Integer smallest = last.get(new Comparison(number, constant));
    return !withVariables.isEmpty() || (smallest != null && smallest <= node.id());
  }

  /**
   * Returns the number that facts are about: "some bit of m is set in x" is known as "x &amp; m is
   * not 0", so that both forms share facts.
   */
  static Operand key(Predicate.Compare test) {
    return test.relation() == Relation.COMMON_BITS
        ? Operand.of(Operand.Operator.AND, test.left(), test.right())
        : test.left();
  }

  @Override
  protected BitSet transfer(Node node, BitSet below) {
    if (!(node instanceof Node.Branch branch)) {
      return below;
    }
    Predicate.Compare test = branch.test();
    Operand key = key(test);
    boolean bits = test.relation() == Relation.COMMON_BITS;
    int constant = !bits && test.right() instanceof Operand.Constant(int value) ? value : 0;
    last.merge(new Comparison(key, constant), node.id(), Math::min);
    int index = index(key);
    if (Operands.anyMatch(key, part -> part instanceof Operand.Variable)) {
      withVariables.set(index);
    }
    if (below.get(index)) {
      return below;
    }
    BitSet compared = (BitSet) below.clone();
    compared.set(index);
    return compared;
  }
}
