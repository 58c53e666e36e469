package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Predicate.Relation;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** For each node, which numbers and variables the graph below it asks about. */
final class Interest {
  private final Map<Node, Map<Quantity, Set<Integer>>> constants = new HashMap<>();
  private final Map<Node, Set<Quantity.Variable>> variables = new HashMap<>();
  private final Set<Quantity.Variable> all = new HashSet<>();
  private final Set<Quantity> indirect = new HashSet<>();

  private Interest() {}

  static Interest of(Graph graph) {
    Interest interest = new Interest();
    for (Node node : graph.nodes()) {
      interest.add(node);
    }
    return interest;
  }

  Set<Quantity.Variable> variables() {
    return all;
  }

  Set<Quantity.Variable> variables(Node node) {
    return variables.getOrDefault(node, Set.of());
  }

  /**
   * The constants that {@code number} may yet be compared with, or null when it is not compared any
   * more. A number with variables in it may turn out to be any number.
   */
  @Nullable Set<Integer> constants(Node node, Quantity number) {
    Map<Quantity, Set<Integer>> asked = constants.getOrDefault(node, Map.of());
    Set<Integer> exact = asked.get(number);
    if (indirect.isEmpty()) {
      return exact;
    }
    Set<Integer> any = exact == null ? new HashSet<>() : new HashSet<>(exact);
    for (Map.Entry<Quantity, Set<Integer>> entry : asked.entrySet()) {
      if (indirect.contains(entry.getKey())) {
        any.addAll(entry.getValue());
      }
    }
    return any.isEmpty() ? null : any;
  }

  private void add(Node node) {
    switch (node) {
      case Node.Verdict _ -> {}
      case Node.Branch branch -> {
        Map<Quantity, Set<Integer>> asked = new HashMap<>();
        merge(asked, constants.getOrDefault(branch.yes(), Map.of()));
        merge(asked, constants.getOrDefault(branch.no(), Map.of()));
        ask(asked, branch.test());
        constants.put(node, asked);
        Set<Quantity.Variable> used = new HashSet<>(variables(branch.yes()));
        used.addAll(variables(branch.no()));
        use(used, branch.test().left());
        use(used, branch.test().right());
        variables.put(node, used);
      }
      case Node.Assign assign -> {
        constants.put(node, constants.getOrDefault(assign.next(), Map.of()));
        Set<Quantity.Variable> used = new HashSet<>(variables(assign.next()));
        used.remove(assign.variable());
        use(used, assign.quantity());
        variables.put(node, used);
      }
    }
  }

  private void use(Set<Quantity.Variable> used, Quantity quantity) {
    Quantities.walk(
        quantity,
        part -> {
          if (part instanceof Quantity.Variable variable) {
            used.add(variable);
            all.add(variable);
          }
        });
  }

  private void ask(Map<Quantity, Set<Integer>> asked, Predicate.Compare test) {
    boolean bits = test.relation() == Relation.COMMON_BITS;
    Quantity key =
        bits ? Quantity.of(Quantity.Operator.AND, test.left(), test.right()) : test.left();
    int constant = !bits && test.right() instanceof Quantity.Constant(int value) ? value : 0;
    Set<Integer> some = new HashSet<>(asked.getOrDefault(key, Set.of()));
    some.add(constant);
    asked.put(key, some);
    Quantities.walk(
        key,
        part -> {
          if (part instanceof Quantity.Variable) {
            indirect.add(key);
          }
        });
  }

  private static void merge(Map<Quantity, Set<Integer>> into, Map<Quantity, Set<Integer>> from) {
    for (Map.Entry<Quantity, Set<Integer>> entry : from.entrySet()) {
      Set<Integer> some = into.get(entry.getKey());
      if (some == null) {
        into.put(entry.getKey(), entry.getValue());
      } else if (!some.containsAll(entry.getValue())) {
        Set<Integer> joined = new HashSet<>(some);
        joined.addAll(entry.getValue());
        into.put(entry.getKey(), joined);
      }
    }
  }
}
