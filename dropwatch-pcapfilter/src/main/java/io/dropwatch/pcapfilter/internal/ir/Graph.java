package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A decision graph.
 *
 * @param root where every packet starts
 * @param nodes everything that is reachable from the root, successors first
 */
public record Graph(Node root, List<Node> nodes) {

  /** Copies the list. */
  public Graph {
    nodes = List.copyOf(nodes);
  }

  /** Builds nodes. Equal nodes become one object. */
  static final class Builder {
    private final Map<Object, Node> known = new HashMap<>();
    private int size;
    private final Node accept = add(new Node.Verdict(0, true));
    private final Node reject = add(new Node.Verdict(1, false));

    private record BranchKey(Predicate.Compare test, int yes, int no) {}

    private record AssignKey(Operand.Variable variable, Operand operand, int next) {}

    Node verdict(boolean accepted) {
      return accepted ? accept : reject;
    }

    Node branch(Predicate.Compare test, Node yes, Node no) {
      if (test.left() instanceof Operand.Constant(int a)
          && test.right() instanceof Operand.Constant(int b)) {
        return test.relation().holds(a, b) ? yes : no;
      }
      if (yes == reject && no == reject) {
        return reject;
      }
      if (yes == no && !Operands.mayReject(test.left()) && !Operands.mayReject(test.right())) {
        return yes;
      }
      return known.computeIfAbsent(
          new BranchKey(test, yes.id(), no.id()), _ -> add(new Node.Branch(size, test, yes, no)));
    }

    Node assign(Operand.Variable variable, Operand operand, Node next) {
      if (next == reject) {
        return reject;
      }
      return known.computeIfAbsent(
          new AssignKey(variable, operand, next.id()),
          _ -> add(new Node.Assign(size, variable, operand, next)));
    }

    /** Returns the graph of everything that {@code root} leads to. */
    Graph graph(Node root) {
      return new Graph(root, GraphNode.reachable(root));
    }

    private Node add(Node node) {
      size++;
      return node;
    }
  }
}
