package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Operand;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A backward analysis whose facts are sets of numbers; what holds on either way holds before a
 * branch. Neighbours mostly have the same set, and then share one.
 *
 * @param <Q> the kind of numbers
 */
public abstract class SetAnalysis<Q extends Operand> extends BackwardAnalysis<Node, BitSet> {
  private static final BitSet EMPTY = new BitSet();

  private final Map<Q, Integer> indices = new LinkedHashMap<>();

  /** For subclasses. */
  protected SetAnalysis() {}

  /** Returns whether the number is in the node's set. */
  protected final boolean contains(Node node, Q number) {
    Integer index = indices.get(number);
    return index != null && at(node).get(index);
  }

  /** Returns the bit of a number. */
  public final int index(Q number) {
    return indices.computeIfAbsent(number, _ -> indices.size());
  }

  /** Returns the numbers that have bits, in the order of these. */
  protected final Set<Q> numbers() {
    return indices.keySet();
  }

  @Override
  protected final BitSet exit(Node node) {
    return EMPTY;
  }

  @Override
  protected final BitSet merge(BitSet first, BitSet second) {
    BitSet union = (BitSet) first.clone();
    union.or(second);
    return union.equals(first) ? first : union.equals(second) ? second : union;
  }
}
