package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A decision graph.
 *
 * @param root where every packet starts
 * @param nodes what is reachable from the root, successors before those that lead to them
 */
public record Graph(Node root, List<Node> nodes) {

  /** Copies the list. */
  public Graph {
    nodes = List.copyOf(nodes);
  }

  /** Makes nodes and keeps equal ones equal. */
  static final class Builder {
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Object, Node> known = new HashMap<>();
    private final Node accept = add(new Node.Verdict(0, true));
    private final Node reject = add(new Node.Verdict(1, false));

    private record BranchKey(Predicate.Compare test, int yes, int no) {}

    private record AssignKey(Quantity.Variable variable, Quantity quantity, int next) {}

    Node verdict(boolean accepted) {
      return accepted ? accept : reject;
    }

    Node branch(Predicate.Compare test, Node yes, Node no) {
      if (test.left() instanceof Quantity.Constant(int a)
          && test.right() instanceof Quantity.Constant(int b)) {
        return test.relation().holds(a, b) ? yes : no;
      }
      if (yes == reject && no == reject) {
        return reject;
      }
      if (yes == no && !Quantities.mayReject(test.left()) && !Quantities.mayReject(test.right())) {
        return yes;
      }
      return known.computeIfAbsent(
          new BranchKey(test, yes.id(), no.id()),
          _ -> add(new Node.Branch(nodes.size(), test, yes, no)));
    }

    Node assign(Quantity.Variable variable, Quantity quantity, Node next) {
      if (next == reject) {
        return reject;
      }
      return known.computeIfAbsent(
          new AssignKey(variable, quantity, next.id()),
          _ -> add(new Node.Assign(nodes.size(), variable, quantity, next)));
    }

    int size() {
      return nodes.size();
    }

    Graph graph(Node root) {
      BitSet reachable = new BitSet();
      reachable.set(root.id());
      List<Node> kept = new ArrayList<>();
      for (int id = root.id(); id >= 0; id--) {
        if (reachable.get(id)) {
          Node node = nodes.get(id);
          kept.add(node);
          switch (node) {
            case Node.Verdict _ -> {}
            case Node.Branch branch -> {
              reachable.set(branch.yes().id());
              reachable.set(branch.no().id());
            }
            case Node.Assign assign -> reachable.set(assign.next().id());
          }
        }
      }
      return new Graph(root, kept.reversed());
    }

    private Node add(Node node) {
      nodes.add(node);
      return node;
    }
  }
}
