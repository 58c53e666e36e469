package io.dropwatch.pcapfilter.internal.classic;

import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.ir.Quantities;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** For each node, which numbers in X are of use to it or to what is below it. */
final class IndexAnalysis {
  /** More different ones are not told apart: then X is kept for the node itself only. */
  private static final int MOST = 256;

  private final Map<Quantity, Integer> numbers = new HashMap<>();
  private final Map<Node, BitSet> below = new HashMap<>();

  private IndexAnalysis() {}

  static IndexAnalysis of(Graph graph) {
    IndexAnalysis indices = new IndexAnalysis();
    for (Node node : graph.nodes()) {
      indices.below.put(node, indices.used(node));
    }
    return indices;
  }

  /** Whether the node or one below it reads behind the number, or has it as a right operand. */
  boolean useful(Node node, Quantity x) {
    Integer number = numbers.get(x);
    BitSet used = below.get(node);
    return number != null && used != null && used.get(number);
  }

  /** Whether the number is a part of what the node reads. */
  static boolean mentions(Node node, Quantity number) {
    Set<Quantity> parts = new HashSet<>();
    switch (node) {
      case Node.Verdict _ -> {}
      case Node.Branch branch -> {
        Quantities.walk(branch.test().left(), parts::add);
        Quantities.walk(branch.test().right(), parts::add);
      }
      case Node.Assign assign -> Quantities.walk(assign.quantity(), parts::add);
    }
    return parts.contains(number);
  }

  /** Whether the number depends on the variable. */
  static boolean mentions(@Nullable Quantity number, Quantity.Variable variable) {
    Set<Quantity> parts = new HashSet<>();
    if (number != null) {
      Quantities.walk(number, parts::add);
    }
    return parts.contains(variable);
  }

  private BitSet used(Node node) {
    BitSet all = new BitSet();
    switch (node) {
      case Node.Verdict _ -> {}
      case Node.Branch branch -> {
        all.or(below.getOrDefault(branch.yes(), all));
        all.or(below.getOrDefault(branch.no(), all));
        add(branch.test().left(), all);
        add(branch.test().right(), all);
        right(branch.test().right(), all);
      }
      case Node.Assign assign -> {
        all.or(below.getOrDefault(assign.next(), all));
        add(assign.quantity(), all);
      }
    }
    return all;
  }

  private void add(Quantity quantity, BitSet all) {
    Quantities.walk(
        quantity,
        part -> {
          if (part instanceof Quantity.Load load && load.index() != null) {
            right(load.index(), all);
          }
          if (part instanceof Quantity.Binary binary) {
            right(binary.right(), all);
          }
        });
  }

  private void right(Quantity quantity, BitSet all) {
    if (!(quantity instanceof Quantity.Constant)) {
      int number = numbers.computeIfAbsent(quantity, _ -> numbers.size());
      if (number < MOST) {
        all.set(number);
      }
    }
  }
}
