package io.dropwatch.pcapfilter.internal.ir;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A backward dataflow analysis of an acyclic graph: the fact at a node follows from the facts at
 * its successors. One pass, successors first, reaches the fixed point.
 *
 * @param <N> a node
 * @param <F> a fact: an immutable value
 */
public abstract class BackwardAnalysis<N extends GraphNode<N>, F> {
  /** By node id. */
  private final List<@Nullable F> facts = new ArrayList<>();

  /** For subclasses. */
  protected BackwardAnalysis() {}

  /** Returns the fact at a node without successors. */
  protected abstract F exit(N node);

  /** Returns what holds before a branch, of which either successor may follow. */
  protected abstract F merge(F first, F second);

  /**
   * Returns the fact at a node that has successors.
   *
   * @param below the fact after the node
   */
  protected abstract F transfer(N node, F below);

  /** Analyzes nodes, which follow their successors in the list. */
  protected final void analyze(List<N> nodes) {
    nodes.forEach(this::analyze);
  }

  /** Analyzes one node, after its successors. */
  public final void analyze(N node) {
    List<N> successors = node.successors();
    F fact =
        switch (successors.size()) {
          case 0 -> exit(node);
          case 1 -> transfer(node, at(successors.getFirst()));
          default -> transfer(node, merge(at(successors.getFirst()), at(successors.getLast())));
        };
    while (facts.size() <= node.id()) {
      facts.add(null);
    }
    facts.set(node.id(), fact);
  }

  /** Returns the fact at an analyzed node. */
  public final F at(N node) {
    F fact = node.id() < facts.size() ? facts.get(node.id()) : null;
    if (fact == null) {
      throw new IllegalStateException("node %d was not analyzed".formatted(node.id()));
    }
    return fact;
  }
}
