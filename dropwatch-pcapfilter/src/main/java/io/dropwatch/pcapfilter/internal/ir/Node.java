package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A node of a decision graph. Equal nodes of one graph are the same object. */
public sealed interface Node extends GraphNode<Node> {

  /** Returns the numbers that the node reads, in the order in which it reads them. */
  List<Operand> operands();

  /** Calls {@code each} for every operand and every number that it is made of. */
  default void walkOperands(Consumer<Operand> each) {
    operands().forEach(operand -> Operands.walk(operand, each));
  }

  /** The end of a path: whether the packet matches. */
  record Verdict(int id, boolean accept) implements Node {
    @Override
    public List<Node> successors() {
      return List.of();
    }

    @Override
    public List<Operand> operands() {
      return List.of();
    }
  }

  /** A comparison with two outcomes. A failing read rejects the packet instead. */
  record Branch(int id, Predicate.Compare test, Node yes, Node no) implements Node {
    @Override
    public List<Node> successors() {
      return List.of(yes, no);
    }

    @Override
    public List<Operand> operands() {
      return List.of(test.left(), test.right());
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return id;
    }
  }

  /** An assignment of a number to a variable. A failing read rejects the packet instead. */
  record Assign(int id, Operand.Variable variable, Operand operand, Node next) implements Node {
    @Override
    public List<Node> successors() {
      return List.of(next);
    }

    @Override
    public List<Operand> operands() {
      return List.of(operand);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return id;
    }
  }
}
