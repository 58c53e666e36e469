package io.dropwatch.pcapfilter.internal.classic;

import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.ir.Operands;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import org.jspecify.annotations.Nullable;

/**
 * A node, and what the registers hold on arrival.
 *
 * @param a what A holds, if that is of use at the node
 * @param x what X holds, if that is of use at the node or below it
 */
record ClassicState(Node node, @Nullable Operand a, @Nullable Operand x) {

  /** Returns the state without what is of no use. */
  static ClassicState at(
      Node node, @Nullable Operand a, @Nullable Operand x, IndexAnalysis indices) {
    boolean keepA =
        a != null && node.operands().stream().anyMatch(part -> Operands.mentions(part, a));
    boolean keepX = x != null && indices.isNeeded(node, x);
    return new ClassicState(node, keepA ? a : null, keepX ? x : null);
  }

  /** Returns the state that knows nothing. */
  ClassicState withoutFacts() {
    return new ClassicState(node, null, null);
  }
}
