package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Predicate.Relation;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Removes branches that a path has decided before, and variables whose value a path knows.
 *
 * <p>A node is looked at once for each set of facts that paths bring along, as far as the facts
 * matter to what follows. A branch goes only if its numbers have been read on the path before, so
 * that nothing is skipped that could reject a short packet. Equal results become one node again.
 */
public final class JumpThreading {
  /** Beyond this many nodes, or states for each node, the graph stays as it is. */
  private static final int NODE_LIMIT = 30_000;

  private static final int STATES_PER_NODE = 10;

  /**
   * Beyond this many assignments there is a chain of headers: what a path knows of one of them is a
   * state for all behind it, and decides nothing there.
   */
  private static final int ASSIGNMENT_LIMIT = 12;

  /**
   * Bounds of one number that are learnt, at most. What a path knows of it after each of many
   * intervals would be a state for each, times as many for a second number.
   */
  private static final int BOUNDS = 8;

  private final Graph graph;
  private final DemandAnalysis interest;
  private final Set<Quantity> crowded;
  private final Graph.Builder result = new Graph.Builder();
  private final Map<State, Node> done = new HashMap<>();
  private final Map<State, Step> steps = new HashMap<>();

  private JumpThreading(Graph graph) {
    this.graph = graph;
    this.interest = DemandAnalysis.of(graph);
    this.crowded = crowded(graph);
  }

  /** An equivalent graph; {@code graph} itself when it is too large to be worth it. */
  public static Graph thread(Graph graph) {
    long assignments = graph.nodes().stream().filter(n -> n instanceof Node.Assign).count();
    if (graph.nodes().size() > NODE_LIMIT || assignments > ASSIGNMENT_LIMIT) {
      return graph;
    }
    Graph threaded = new JumpThreading(graph).run();
    return threaded == null ? graph : threaded;
  }

  /** Numbers that are compared with too many bounds; {@link SwitchLowering} puts those in order. */
  private static Set<Quantity> crowded(Graph graph) {
    Map<Quantity, Set<Quantity>> bounds = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (node instanceof Node.Branch branch
          && branch.test().relation() != Relation.EQUAL
          && branch.test().relation() != Relation.COMMON_BITS) {
        bounds
            .computeIfAbsent(branch.test().left(), _ -> new HashSet<>())
            .add(branch.test().right());
      }
    }
    bounds.values().removeIf(constants -> constants.size() <= BOUNDS);
    return bounds.keySet();
  }

  /** A node and what a path to it knows. */
  private static final class State {
    private final Node node;
    private final Map<Quantity, ValueRange> values;
    private final Map<Quantity.Variable, Quantity> variables;
    private final int hash;

    /**
     * Keeps the maps.
     *
     * @param values facts by number
     * @param variables values by variable; a variable without one is not assigned yet, or unknown
     */
    State(Node node, Map<Quantity, ValueRange> values, Map<Quantity.Variable, Quantity> variables) {
      this.node = node;
      this.values = values;
      this.variables = variables;
      this.hash = 31 * (31 * node.hashCode() + values.hashCode()) + variables.hashCode();
    }

    Node node() {
      return node;
    }

    Map<Quantity, ValueRange> values() {
      return values;
    }

    Map<Quantity.Variable, Quantity> variables() {
      return variables;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof State that
          && hash == that.hash
          && node == that.node
          && values.equals(that.values)
          && variables.equals(that.variables);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  /** What a state turns into: another state, or a node with one or two successor states. */
  private record Step(
      Predicate.@Nullable Compare test,
      Node.@Nullable Assign assign,
      @Nullable Quantity quantity,
      State first,
      @Nullable State second) {}

  private @Nullable Graph run() {
    Map<Quantity.Variable, Quantity> zeros = new HashMap<>();
    for (Quantity.Variable variable : interest.variables()) {
      zeros.put(variable, Quantity.of(0));
    }
    State root = state(graph.root(), Map.of(), zeros);
    int limit = 1000 + STATES_PER_NODE * graph.nodes().size();
    Deque<State> stack = new ArrayDeque<>();
    stack.push(root);
    while (!stack.isEmpty()) {
      State state = stack.peek();
      if (done.containsKey(state)) {
        stack.pop();
        continue;
      }
      if (state.node() instanceof Node.Verdict verdict) {
        done.put(state, result.verdict(verdict.accept()));
        continue;
      }
      if (steps.size() > limit) {
        return null;
      }
      Step step = steps.computeIfAbsent(state, this::step);
      Node first = done.get(step.first());
      Node second = step.second() == null ? first : done.get(step.second());
      if (first == null) {
        stack.push(step.first());
      } else if (second == null) {
        stack.push(step.second() == null ? step.first() : step.second());
      } else {
        done.put(state, node(state, step, first, second));
      }
    }
    Node top = done.get(root);
    return top == null ? null : result.graph(top);
  }

  private Node node(State state, Step step, Node first, Node second) {
    if (step.assign() != null && step.quantity() != null) {
      return result.assign(step.assign().variable(), step.quantity(), first);
    }
    if (step.test() == null) {
      return first;
    }
    // Both ways lead to the same place, and what would be read has been read before.
    if (first == second && state.values().containsKey(key(step.test()))) {
      return first;
    }
    return result.branch(step.test(), first, second);
  }

  private Step step(State state) {
    return switch (state.node()) {
      case Node.Branch branch -> branch(state, branch);
      case Node.Assign assign -> assign(state, assign);
      case Node.Verdict _ -> throw new IllegalStateException("a verdict has no step");
    };
  }

  private Step assign(State state, Node.Assign assign) {
    Quantity quantity = substitute(state.variables(), assign.quantity());
    Map<Quantity.Variable, Quantity> variables = new HashMap<>(state.variables());
    Map<Quantity, ValueRange> values = new HashMap<>(state.values());
    forget(values, assign.variable());
    variables.values().removeIf(known -> Quantities.mentions(known, assign.variable()));
    boolean simple = quantity instanceof Quantity.Constant || quantity instanceof Quantity.Metadata;
    if (simple) {
      variables.put(assign.variable(), quantity);
      return new Step(null, null, null, state(assign.next(), values, variables), null);
    }
    variables.remove(assign.variable());
    return new Step(null, assign, quantity, state(assign.next(), values, variables), null);
  }

  private Step branch(State state, Node.Branch branch) {
    Quantity left = substitute(state.variables(), branch.test().left());
    Quantity right = substitute(state.variables(), branch.test().right());
    Predicate.Compare test = new Predicate.Compare(left, branch.test().relation(), right);
    if (!(right instanceof Quantity.Constant(int constant)) || left instanceof Quantity.Constant) {
      return open(state, branch, test, state.values(), state.values());
    }
    Quantity key = key(test);
    boolean bits = test.relation() == Relation.COMMON_BITS;
    Relation relation = bits ? Relation.EQUAL : test.relation();
    if (relation != Relation.EQUAL && crowded.contains(key)) {
      return open(state, branch, test, state.values(), state.values());
    }
    int compared = bits ? 0 : constant;
    ValueRange fact = state.values().get(key);
    ValueRange known = fact == null ? ValueRange.within(Quantities.most(key)) : fact;
    Map<Quantity, ValueRange> yes = new HashMap<>(state.values());
    yes.put(key, known.learn(relation, compared, !bits));
    Map<Quantity, ValueRange> no = new HashMap<>(state.values());
    no.put(key, known.learn(relation, compared, bits));
    return open(state, branch, test, yes, no);
  }

  private Step open(
      State state,
      Node.Branch branch,
      Predicate.Compare test,
      Map<Quantity, ValueRange> yes,
      Map<Quantity, ValueRange> no) {
    return new Step(
        test,
        null,
        null,
        state(branch.yes(), yes, state.variables()),
        state(branch.no(), no, state.variables()));
  }

  // "Some bit of m is set" is known as "x & m is not 0", so that both forms share facts.
  private static Quantity key(Predicate.Compare test) {
    return test.relation() == Relation.COMMON_BITS
        ? Quantity.of(Quantity.Operator.AND, test.left(), test.right())
        : test.left();
  }

  private static Quantity substitute(Map<Quantity.Variable, Quantity> values, Quantity quantity) {
    return Quantities.substitute(
        quantity,
        variable -> {
          Quantity known = variable instanceof Quantity.Variable v ? values.get(v) : null;
          return known == null ? variable : known;
        });
  }

  private static void forget(Map<Quantity, ValueRange> values, Quantity.Variable variable) {
    values.keySet().removeIf(key -> Quantities.mentions(key, variable));
  }

  /**
   * The state behind what is decided, with only those facts that something reachable from there
   * asks about.
   */
  private State state(
      Node start, Map<Quantity, ValueRange> values, Map<Quantity.Variable, Quantity> variables) {
    Node node = undecided(start, values, variables);
    Map<Quantity.Variable, Quantity> live = variables;
    if (!variables.isEmpty()) {
      live = new HashMap<>(variables);
      live.keySet().removeIf(variable -> !interest.uses(node, variable));
    }
    Map<Quantity, ValueRange> asked = HashMap.newHashMap(values.size());
    values.forEach(
        (number, fact) -> {
          if (interest.asks(node, number)) {
            asked.put(number, fact.asked(value -> interest.asks(node, number, value)));
          }
        });
    return new State(node, asked, live);
  }

  // Follows branches as far as the facts tell where they go.
  private static Node undecided(
      Node start, Map<Quantity, ValueRange> values, Map<Quantity.Variable, Quantity> variables) {
    Node node = start;
    while (node instanceof Node.Branch branch && !values.isEmpty()) {
      Boolean holds = decided(branch.test(), values, variables);
      if (holds == null) {
        return node;
      }
      node = holds ? branch.yes() : branch.no();
    }
    return node;
  }

  private static @Nullable Boolean decided(
      Predicate.Compare test,
      Map<Quantity, ValueRange> values,
      Map<Quantity.Variable, Quantity> variables) {
    Quantity left = substitute(variables, test.left());
    Quantity right = substitute(variables, test.right());
    if (!(right instanceof Quantity.Constant(int constant)) || left instanceof Quantity.Constant) {
      return null;
    }
    boolean bits = test.relation() == Relation.COMMON_BITS;
    ValueRange fact = values.get(bits ? Quantity.of(Quantity.Operator.AND, left, right) : left);
    if (fact == null) {
      return null;
    }
    Boolean holds = fact.decide(bits ? Relation.EQUAL : test.relation(), bits ? 0 : constant);
    return holds == null ? null : (Boolean) (holds != bits);
  }
}
