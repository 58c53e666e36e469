package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Predicate.Relation;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns many tests whether a number lies in an interval into binary search trees.
 *
 * <p>{@code portrange A-B or portrange C-D or ...} tests source, destination, source, destination.
 * In a chain of such tests that all lead to the same node when they hold, the order matters only up
 * to the last test that reads a number for the first time: after that no packet is too short. The
 * rest become one search tree for each number.
 */
public final class SwitchLowering {
  /** Fewer intervals of one number are tested one after the other. */
  private static final int MIN_INTERVALS = 5;

  private final Graph graph;
  private final int leaf;
  private final int[] predecessors;
  private final GraphRewriter rewriting;
  private final Graph.Builder result;

  private SwitchLowering(Graph graph, int leaf) {
    this.graph = graph;
    this.leaf = leaf;
    this.predecessors = GraphNode.predecessors(graph.nodes());
    this.rewriting = new GraphRewriter(graph);
    this.result = rewriting.result();
  }

  /**
   * Returns an equivalent graph.
   *
   * @param leaf the most single values that a leaf of a search tree tests one after the other. With
   *     larger leaves the graph has fewer comparisons, and a packet meets more of them
   */
  public static Graph lower(Graph graph, int leaf) {
    return new SwitchLowering(graph, leaf).run();
  }

  /**
   * A test that leads to {@code exit} for numbers in an interval, and to {@code next} for others.
   *
   * @param first lowest number, unsigned
   * @param last highest number
   * @param edges how many edges lead from the test to {@code next}
   */
  private record Element(Operand number, long first, long last, Node exit, Node next, int edges) {}

  private record Interval(long first, long last) {}

  private Graph run() {
    Map<Node, List<Element>> chains = chains();
    if (chains.isEmpty()) {
      return graph;
    }
    for (Node node : graph.nodes()) {
      List<Element> chain = chains.get(node);
      rewriting.put(node, chain == null ? rewriting.copy(node) : rebuild(chain));
    }
    return rewriting.graph();
  }

  private Map<Node, List<Element>> chains() {
    Map<Node, List<Element>> chains = new HashMap<>();
    BitSet inside = new BitSet();
    for (Node node : graph.nodes().reversed()) {
      if (!inside.get(node.id())) {
        List<Element> chain = chain(node, inside);
        if (isWorthwhile(chain)) {
          chains.put(node, chain);
        }
      }
    }
    return chains;
  }

  private List<Element> chain(Node start, BitSet inside) {
    List<Element> chain = new ArrayList<>();
    Element element = element(start);
    while (element != null && (chain.isEmpty() || element.exit == chain.getFirst().exit)) {
      chain.add(element);
      boolean only = predecessors[element.next.id()] == element.edges;
      if (!only) {
        break;
      }
      Element following = element(element.next);
      if (following != null && following.exit == element.exit) {
        inside.set(element.next.id());
      }
      element = following;
    }
    return chain;
  }

  private boolean isWorthwhile(List<Element> chain) {
    Map<Operand, Integer> all = new HashMap<>();
    Map<Operand, Integer> wide = new HashMap<>();
    for (Element element : chain) {
      all.merge(element.number, 1, Integer::sum);
      if (element.first != element.last) {
        wide.merge(element.number, 1, Integer::sum);
      }
    }
    return wide.values().stream().anyMatch(count -> count >= MIN_INTERVALS)
        || all.values().stream().anyMatch(count -> count >= Math.max(MIN_INTERVALS, leaf));
  }

  private @Nullable Element element(Node node) {
    if (!(node instanceof Node.Branch branch)
        || !(branch.test().right() instanceof Operand.Constant(int constant))
        || branch.test().left() instanceof Operand.Constant) {
      return null;
    }
    Operand number = branch.test().left();
    long value = Integer.toUnsignedLong(constant);
    return switch (branch.test().relation()) {
      case EQUAL -> new Element(number, value, value, branch.yes(), branch.no(), 1);
      case GREATER_OR_EQUAL -> from(number, value, branch);
      case GREATER, COMMON_BITS -> null;
    };
  }

  /** Returns the element of a lower bound that an upper bound follows, or null. */
  private static @Nullable Element from(Operand number, long first, Node.Branch branch) {
    if (branch.yes() instanceof Node.Branch second
        && second.test().relation() == Relation.GREATER
        && second.test().left().equals(number)
        && second.test().right() instanceof Operand.Constant(int constant)
        && second.yes() == branch.no()
        && first <= Integer.toUnsignedLong(constant)) {
      long last = Integer.toUnsignedLong(constant);
      return new Element(number, first, last, second.no(), branch.no(), 2);
    }
    return null;
  }

  private Node rebuild(List<Element> chain) {
    int fixed = fixed(chain);
    Map<Operand, List<Interval>> groups = new LinkedHashMap<>();
    for (Element element : chain.subList(fixed, chain.size())) {
      groups
          .computeIfAbsent(element.number, _ -> new ArrayList<>())
          .add(new Interval(element.first, element.last));
    }
    Node exit = rewriting.get(chain.getLast().exit);
    Node next = rewriting.get(chain.getLast().next);
    for (Map.Entry<Operand, List<Interval>> group : List.copyOf(groups.entrySet()).reversed()) {
      List<Interval> intervals = merged(group.getValue());
      next = tree(group.getKey(), intervals, 0, 0xffff_ffffL, exit, next);
    }
    for (Element element : chain.subList(0, fixed).reversed()) {
      Interval interval = new Interval(element.first, element.last);
      next = one(element.number, interval, 0, 0xffff_ffffL, exit, next);
    }
    return next;
  }

  /** Returns how many elements keep their place: those up to the last that reads a new number. */
  private static int fixed(List<Element> chain) {
    int fixed = 0;
    Set<Operand> read = new HashSet<>();
    for (int i = 0; i < chain.size(); i++) {
      Operand number = chain.get(i).number;
      if (read.add(number) && Operands.mayReject(number)) {
        fixed = i;
      }
    }
    return fixed;
  }

  /** Returns the intervals in ascending order, with those merged that touch. */
  private static List<Interval> merged(List<Interval> intervals) {
    List<Interval> sorted = new ArrayList<>(intervals);
    sorted.sort(Comparator.comparingLong(Interval::first));
    List<Interval> merged = new ArrayList<>();
    for (Interval interval : sorted) {
      Interval before = merged.isEmpty() ? null : merged.getLast();
      if (before != null && interval.first <= before.last + 1) {
        merged.removeLast();
        merged.add(new Interval(before.first, Math.max(before.last, interval.last)));
      } else {
        merged.add(interval);
      }
    }
    return merged;
  }

  private Node tree(
      Operand number, List<Interval> intervals, long min, long max, Node exit, Node next) {
    boolean single = intervals.stream().allMatch(interval -> interval.first == interval.last);
    if (intervals.size() == 1 || (single && intervals.size() <= leaf)) {
      Node chain = next;
      for (Interval interval : intervals.reversed()) {
        chain = one(number, interval, min, max, exit, chain);
      }
      return chain;
    }
    int half = intervals.size() / 2;
    long middle = intervals.get(half).first;
    List<Interval> below = intervals.subList(0, half);
    List<Interval> above = intervals.subList(half, intervals.size());
    return result.branch(
        (Predicate.Compare) Predicate.atLeast(number, (int) middle),
        tree(number, above, middle, max, exit, next),
        tree(number, below, min, middle - 1, exit, next));
  }

  /** Returns the test for one interval of a number that is known to be within bounds. */
  private Node one(Operand number, Interval interval, long min, long max, Node exit, Node next) {
    if (interval.first == interval.last) {
      return result.branch(
          (Predicate.Compare) Predicate.equal(number, (int) interval.first), exit, next);
    }
    Node node = exit;
    if (interval.last < max) {
      node =
          result.branch(
              (Predicate.Compare) Predicate.greater(number, (int) interval.last), next, node);
    }
    if (interval.first > min) {
      node =
          result.branch(
              (Predicate.Compare) Predicate.atLeast(number, (int) interval.first), node, next);
    }
    return node;
  }
}
