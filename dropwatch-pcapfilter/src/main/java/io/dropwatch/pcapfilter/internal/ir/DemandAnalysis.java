package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Predicate.Relation;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** For each node, which numbers and variables the graph below it asks about. */
final class DemandAnalysis {
  private final Map<Quantity, Integer> numbers = new HashMap<>();
  private final BitSet withVariables = new BitSet();
  private final List<Quantity.Variable> variables = new ArrayList<>();
  private final Map<Quantity.Variable, Integer> variableNumbers = new HashMap<>();
  private final Map<Node, BitSet> asked = new HashMap<>();
  private final Map<Node, BitSet> used = new HashMap<>();
  private final Map<Question, Integer> last = new HashMap<>();

  private record Question(Quantity number, int constant) {}

  private DemandAnalysis() {}

  static DemandAnalysis of(Graph graph) {
    DemandAnalysis interest = new DemandAnalysis();
    for (Node node : graph.nodes()) {
      interest.add(node);
    }
    return interest;
  }

  /** Every variable of the graph. */
  List<Quantity.Variable> variables() {
    return variables;
  }

  /** Whether the node or one below it reads the variable before it is assigned again. */
  boolean uses(Node node, Quantity.Variable variable) {
    Integer number = variableNumbers.get(variable);
    BitSet some = used.get(node);
    return number != null && some != null && some.get(number);
  }

  /**
   * Whether the node or one below it may compare the number; one with variables in it may turn out
   * to be any number.
   */
  boolean asks(Node node, Quantity number) {
    BitSet some = asked.get(node);
    if (some == null) {
      return false;
    }
    Integer exact = numbers.get(number);
    return (exact != null && some.get(exact)) || some.intersects(withVariables);
  }

  /**
   * Whether the node or one below it may ask if the number is the constant. What is below a node
   * has a smaller id, so the smallest one that asks is enough to know.
   */
  boolean asks(Node node, Quantity number, int constant) {
    Integer smallest = last.get(new Question(number, constant));
    return !withVariables.isEmpty() || (smallest != null && smallest <= node.id());
  }

  private void add(Node node) {
    switch (node) {
      case Node.Verdict _ -> {}
      case Node.Branch branch -> {
        BitSet below = union(asked.get(branch.yes()), asked.get(branch.no()));
        ask(below, branch.id(), branch.test());
        asked.put(node, below);
        BitSet read = union(used.get(branch.yes()), used.get(branch.no()));
        use(read, branch.test().left());
        use(read, branch.test().right());
        used.put(node, read);
      }
      case Node.Assign assign -> {
        asked.put(node, union(asked.get(assign.next()), null));
        BitSet read = union(used.get(assign.next()), null);
        Integer assigned = variableNumbers.get(assign.variable());
        if (assigned != null) {
          read.clear(assigned);
        }
        use(read, assign.quantity());
        used.put(node, read);
      }
    }
  }

  private void use(BitSet read, Quantity quantity) {
    Quantities.walk(
        quantity,
        part -> {
          if (part instanceof Quantity.Variable variable) {
            read.set(number(variable));
          }
        });
  }

  private int number(Quantity.Variable variable) {
    return variableNumbers.computeIfAbsent(
        variable,
        _ -> {
          variables.add(variable);
          return variables.size() - 1;
        });
  }

  private void ask(BitSet below, int id, Predicate.Compare test) {
    boolean bits = test.relation() == Relation.COMMON_BITS;
    Quantity key =
        bits ? Quantity.of(Quantity.Operator.AND, test.left(), test.right()) : test.left();
    int number = numbers.computeIfAbsent(key, _ -> numbers.size());
    below.set(number);
    int constant = !bits && test.right() instanceof Quantity.Constant(int value) ? value : 0;
    last.merge(new Question(key, constant), id, Math::min);
    Quantities.walk(
        key,
        part -> {
          if (part instanceof Quantity.Variable) {
            withVariables.set(number);
          }
        });
  }

  private static BitSet union(@Nullable BitSet a, @Nullable BitSet b) {
    BitSet all = new BitSet();
    if (a != null) {
      all.or(a);
    }
    if (b != null) {
      all.or(b);
    }
    return all;
  }
}
