package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Removes branches whose outcome a path knows from earlier ones, and variables whose value a path
 * knows.
 *
 * <p>Visits a node once for each set of facts with which paths arrive, counting only facts that
 * matter below the node. Removes a branch only if the path has read its numbers before, so that no
 * read is lost that could reject a short packet. Equal results become one node again.
 */
public final class JumpThreading {
  /** Larger graphs stay as they are. */
  private static final int MAX_NODES = 100_000;

  /** Gives up after this many states, plus some for each node. */
  private static final int FEW_STATES = 1000;

  private static final int STATES_PER_NODE = 10;

  /**
   * A graph with more assignments is a chain of headers: each fact about one header multiplies the
   * states of all headers after it, and decides nothing there.
   */
  private static final int MAX_ASSIGNMENTS = 12;

  /**
   * Numbers that are compared with more bounds get no ranges. A range after each of many intervals
   * would be a state for each, multiplied by those of a second number. {@link SwitchLowering} puts
   * these comparisons in order.
   */
  private static final int MAX_BOUNDS = 8;

  private final Graph graph;
  private final DemandAnalysis demand;
  private final LiveVariables liveVariables;
  private final Set<Operand> withManyBounds;
  private final Graph.Builder result = new Graph.Builder();
  private final Map<PathState, Node> done = new HashMap<>();
  private final Map<PathState, Step> steps = new HashMap<>();

  private JumpThreading(Graph graph) {
    this.graph = graph;
    this.demand = new DemandAnalysis(graph);
    this.liveVariables = new LiveVariables(graph);
    this.withManyBounds = withManyBounds(graph);
  }

  /** Returns an equivalent graph; {@code graph} itself when it is too large. */
  public static Graph thread(Graph graph) {
    long assignments = graph.nodes().stream().filter(n -> n instanceof Node.Assign).count();
    if (graph.nodes().size() > MAX_NODES || assignments > MAX_ASSIGNMENTS) {
      return graph;
    }
    Graph threaded = new JumpThreading(graph).run();
    return threaded == null ? graph : threaded;
  }

  /** Returns the numbers that are compared with too many bounds. */
  private static Set<Operand> withManyBounds(Graph graph) {
    Map<Operand, Set<Operand>> bounds = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (node instanceof Node.Branch branch && isBound(branch.test())) {
        bounds
            .computeIfAbsent(branch.test().left(), _ -> new HashSet<>())
            .add(branch.test().right());
      }
    }
    bounds.values().removeIf(constants -> constants.size() <= MAX_BOUNDS);
    return bounds.keySet();
  }

  /**
   * A node and what a path to it knows. Keeps its maps.
   *
   * @param hash of the other components, computed once
   * @param values ranges by number
   * @param variables values by variable; a missing variable is unknown
   */
  private record PathState(
      int hash,
      Node node,
      Map<Operand, ValueRange> values,
      Map<Operand.Variable, Operand> variables) {
    static PathState of(
        Node node, Map<Operand, ValueRange> values, Map<Operand.Variable, Operand> variables) {
      return new PathState(
          31 * (31 * node.hashCode() + values.hashCode()) + variables.hashCode(),
          node,
          values,
          variables);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  /**
   * The code of a state.
   *
   * @param second the same as {@code first} where there is one successor
   * @param node makes the node from those of the successors
   */
  private record Step(PathState first, PathState second, BinaryOperator<Node> node) {
    static Step to(PathState next, UnaryOperator<Node> node) {
      return new Step(next, next, (first, _) -> node.apply(first));
    }
  }

  private @Nullable Graph run() {
    Map<Operand.Variable, Operand> zeros = new HashMap<>();
    for (Operand.Variable variable : liveVariables.variables()) {
      zeros.put(variable, Operand.of(0));
    }
    PathState root = state(graph.root(), Map.of(), zeros);
    int limit = FEW_STATES + STATES_PER_NODE * graph.nodes().size();
    PostOrder.run(root, this::visit, () -> steps.size() > limit);
    Node top = done.get(root);
    return top == null ? null : result.graph(top);
  }

  /** Finishes a state, or returns a successor that must be finished before it. */
  private @Nullable PathState visit(PathState state) {
    if (done.containsKey(state)) {
      return null;
    }
    if (state.node() instanceof Node.Verdict verdict) {
      done.put(state, result.verdict(verdict.accept()));
      return null;
    }
    Step step = steps.computeIfAbsent(state, this::step);
    Node first = done.get(step.first());
    if (first == null) {
      return step.first();
    }
    Node second = done.get(step.second());
    if (second == null) {
      return step.second();
    }
    done.put(state, step.node().apply(first, second));
    return null;
  }

  private Step step(PathState state) {
    return switch (state.node()) {
      case Node.Branch branch -> branch(state, branch);
      case Node.Assign assign -> assign(state, assign);
      case Node.Verdict _ -> throw new IllegalStateException("a verdict has no step");
    };
  }

  private Step assign(PathState state, Node.Assign assign) {
    Operand operand = substitute(state.variables(), assign.operand());
    Map<Operand.Variable, Operand> variables = new HashMap<>(state.variables());
    Map<Operand, ValueRange> values = new HashMap<>(state.values());
    values.keySet().removeIf(known -> Operands.mentions(known, assign.variable()));
    variables.values().removeIf(known -> Operands.mentions(known, assign.variable()));
    if (operand instanceof Operand.Constant || operand instanceof Operand.Metadata) {
      variables.put(assign.variable(), operand);
      return Step.to(state(assign.next(), values, variables), next -> next);
    }
    variables.remove(assign.variable());
    return Step.to(
        state(assign.next(), values, variables),
        next -> result.assign(assign.variable(), operand, next));
  }

  private Step branch(PathState state, Node.Branch branch) {
    Predicate.Compare test = substitute(state.variables(), branch.test());
    Operand key = DemandAnalysis.key(test);
    PathState yes = outcome(state, branch.yes(), test, true);
    PathState no = outcome(state, branch.no(), test, false);
    // Where both ways lead to the same node, a number that was read before need not be read again.
    return new Step(
        yes,
        no,
        (a, b) -> a == b && state.values().containsKey(key) ? a : result.branch(test, a, b));
  }

  private PathState outcome(PathState state, Node next, Predicate.Compare test, boolean holds) {
    Operand key = DemandAnalysis.key(test);
    if (!(test.right() instanceof Operand.Constant(int constant))
        || test.left() instanceof Operand.Constant
        || (isBound(test) && withManyBounds.contains(key))) {
      return state(next, state.values(), state.variables());
    }
    Map<Operand, ValueRange> values = new HashMap<>(state.values());
    ValueRange known = values.getOrDefault(key, ValueRange.upTo(Operands.max(key)));
    values.put(key, known.narrowed(test.relation(), constant, holds));
    return state(next, values, state.variables());
  }

  private static boolean isBound(Predicate.Compare test) {
    return switch (test.relation()) {
      case GREATER, GREATER_OR_EQUAL -> true;
      case EQUAL, COMMON_BITS -> false;
    };
  }

  private static Predicate.Compare substitute(
      Map<Operand.Variable, Operand> values, Predicate.Compare test) {
    return new Predicate.Compare(
        substitute(values, test.left()), test.relation(), substitute(values, test.right()));
  }

  private static Operand substitute(Map<Operand.Variable, Operand> values, Operand operand) {
    return Operands.substitute(
        operand,
        variable -> {
          Operand known = variable instanceof Operand.Variable v ? values.get(v) : null;
          return known == null ? variable : known;
        });
  }

  /**
   * Returns the state after the branches that the facts decide, with only those facts that matter
   * from there on.
   */
  private PathState state(
      Node start, Map<Operand, ValueRange> values, Map<Operand.Variable, Operand> variables) {
    Node node = undecided(start, values, variables);
    Map<Operand.Variable, Operand> live = variables;
    if (!variables.isEmpty()) {
      live = new HashMap<>(variables);
      live.keySet().removeIf(variable -> !liveVariables.isLive(node, variable));
    }
    Map<Operand, ValueRange> kept = HashMap.newHashMap(values.size());
    values.forEach(
        (number, range) -> {
          if (demand.compares(node, number)) {
            kept.put(number, range.retaining(value -> demand.compares(node, number, value)));
          }
        });
    return PathState.of(node, kept, live);
  }

  // Follows branches whose outcome is known.
  private static Node undecided(
      Node start, Map<Operand, ValueRange> values, Map<Operand.Variable, Operand> variables) {
    Node node = start;
    while (node instanceof Node.Branch branch && !values.isEmpty()) {
      Boolean holds = decided(substitute(variables, branch.test()), values);
      if (holds == null) {
        return node;
      }
      node = holds ? branch.yes() : branch.no();
    }
    return node;
  }

  private static @Nullable Boolean decided(
      Predicate.Compare test, Map<Operand, ValueRange> values) {
    if (!(test.right() instanceof Operand.Constant(int constant))
        || test.left() instanceof Operand.Constant) {
      return null;
    }
    ValueRange range = values.get(DemandAnalysis.key(test));
    return range == null ? null : range.decide(test.relation(), constant);
  }
}
