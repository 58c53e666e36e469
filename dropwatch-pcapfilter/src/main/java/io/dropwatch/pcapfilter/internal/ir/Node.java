package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;

/** A node of a decision graph; two nodes of one graph that mean the same are the same object. */
public sealed interface Node {

  /** Unique in its graph, and greater than those of its successors. */
  int id();

  /** The end of a path. */
  final class Verdict implements Node {
    private final int id;
    private final boolean accept;

    Verdict(int id, boolean accept) {
      this.id = id;
      this.accept = accept;
    }

    @Override
    public int id() {
      return id;
    }

    /** Whether the packet matches. */
    public boolean accept() {
      return accept;
    }
  }

  /** Goes one of two ways; a read that fails rejects the packet instead. */
  final class Branch implements Node {
    private final int id;
    private final Predicate.Compare test;
    private final Node yes;
    private final Node no;

    Branch(int id, Predicate.Compare test, Node yes, Node no) {
      this.id = id;
      this.test = test;
      this.yes = yes;
      this.no = no;
    }

    @Override
    public int id() {
      return id;
    }

    /** The comparison. */
    public Predicate.Compare test() {
      return test;
    }

    /** Where to go when it holds. */
    public Node yes() {
      return yes;
    }

    /** Where to go when it does not. */
    public Node no() {
      return no;
    }
  }

  /** Puts a number into a variable; a read that fails rejects the packet instead. */
  final class Assign implements Node {
    private final int id;
    private final Quantity.Variable variable;
    private final Quantity quantity;
    private final Node next;

    Assign(int id, Quantity.Variable variable, Quantity quantity, Node next) {
      this.id = id;
      this.variable = variable;
      this.quantity = quantity;
      this.next = next;
    }

    @Override
    public int id() {
      return id;
    }

    /** The variable. */
    public Quantity.Variable variable() {
      return variable;
    }

    /** What it becomes. */
    public Quantity quantity() {
      return quantity;
    }

    /** Where to go. */
    public Node next() {
      return next;
    }
  }
}
