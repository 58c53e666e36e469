package io.dropwatch.pcapfilter.internal.classic;

import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import org.jspecify.annotations.Nullable;

/**
 * A node and what the registers hold when a path comes there.
 *
 * @param a what A holds, as far as that is of use to the node
 * @param x what X holds, as far as that is of use to the node or below it
 */
record ClassicState(Node node, @Nullable Quantity a, @Nullable Quantity x) {

  /** The state without what is of no use. */
  static ClassicState at(
      Node node, @Nullable Quantity a, @Nullable Quantity x, IndexAnalysis indices) {
    boolean keepA = a != null && IndexAnalysis.mentions(node, a);
    boolean keepX = x != null && indices.useful(node, x);
    return new ClassicState(node, keepA ? a : null, keepX ? x : null);
  }

  /** The state of a path that remembers nothing. */
  ClassicState withoutFacts() {
    return new ClassicState(node, null, null);
  }
}
