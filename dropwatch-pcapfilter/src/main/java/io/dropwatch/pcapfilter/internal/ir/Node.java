package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import java.util.List;
import java.util.function.Consumer;

/** A node of a decision graph. Equal nodes of one graph are the same object. */
public abstract sealed class Node implements GraphNode<Node> {
  private final int id;

  private Node(int id) {
    this.id = id;
  }

  @Override
  public final int id() {
    return id;
  }

  /** Returns the numbers that the node reads, in the order in which it reads them. */
  public abstract List<Quantity> operands();

  /** Calls {@code each} for every operand and every number that it is made of. */
  public final void walkOperands(Consumer<Quantity> each) {
    operands().forEach(operand -> Quantities.walk(operand, each));
  }

  /** The end of a path. */
  public static final class Verdict extends Node {
    private final boolean accept;

    Verdict(int id, boolean accept) {
      super(id);
      this.accept = accept;
    }

    /** Returns whether the packet matches. */
    public boolean accept() {
      return accept;
    }

    @Override
    public List<Node> successors() {
      return List.of();
    }

    @Override
    public List<Quantity> operands() {
      return List.of();
    }
  }

  /** A comparison with two outcomes. A failing read rejects the packet instead. */
  public static final class Branch extends Node {
    private final Predicate.Compare test;
    private final Node yes;
    private final Node no;

    Branch(int id, Predicate.Compare test, Node yes, Node no) {
      super(id);
      this.test = test;
      this.yes = yes;
      this.no = no;
    }

    /** Returns the comparison. */
    public Predicate.Compare test() {
      return test;
    }

    /** Returns the successor for a comparison that holds. */
    public Node yes() {
      return yes;
    }

    /** Returns the successor for a comparison that does not hold. */
    public Node no() {
      return no;
    }

    @Override
    public List<Node> successors() {
      return List.of(yes, no);
    }

    @Override
    public List<Quantity> operands() {
      return List.of(test.left(), test.right());
    }
  }

  /** An assignment of a number to a variable. A failing read rejects the packet instead. */
  public static final class Assign extends Node {
    private final Quantity.Variable variable;
    private final Quantity quantity;
    private final Node next;

    Assign(int id, Quantity.Variable variable, Quantity quantity, Node next) {
      super(id);
      this.variable = variable;
      this.quantity = quantity;
      this.next = next;
    }

    /** Returns the variable. */
    public Quantity.Variable variable() {
      return variable;
    }

    /** Returns the number that is assigned. */
    public Quantity quantity() {
      return quantity;
    }

    /** Returns the successor. */
    public Node next() {
      return next;
    }

    @Override
    public List<Node> successors() {
      return List.of(next);
    }

    @Override
    public List<Quantity> operands() {
      return List.of(quantity);
    }
  }
}
