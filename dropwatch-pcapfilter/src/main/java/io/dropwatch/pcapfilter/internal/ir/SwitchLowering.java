package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Predicate.Relation;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
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
 * Makes one search of many tests whether a number lies in an interval.
 *
 * <p>{@code portrange A-B or portrange C-D or ...} asks source, destination, source, destination.
 * In a row of such tests that all lead to the same place when they hold, the order matters only up
 * to the last test that reads something for the first time: from there on no packet is too short
 * any more. The rest become, for each number, a tree that halves the intervals.
 */
public final class SwitchLowering {
  /** Fewer intervals of one number are as good one after the other. */
  private static final int WORTH = 5;

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
   * An equivalent graph.
   *
   * @param leaf how many single values are compared one after the other before halving is worth it;
   *     the more, the fewer comparisons in the graph, and the more on the way of a packet
   */
  public static Graph lower(Graph graph, int leaf) {
    return new SwitchLowering(graph, leaf).run();
  }

  /**
   * A test that leads to {@code exit} for numbers of an interval, and to {@code next} for others.
   *
   * @param first lowest number, unsigned
   * @param last highest number
   * @param ways how many edges lead from the test to {@code next}
   */
  private record Element(Quantity number, long first, long last, Node exit, Node next, int ways) {}

  private record Interval(long first, long last) {}

  private Graph run() {
    Map<Node, List<Element>> rows = rows();
    if (rows.isEmpty()) {
      return graph;
    }
    for (Node node : graph.nodes()) {
      List<Element> row = rows.get(node);
      rewriting.put(node, row == null ? rewriting.copy(node) : rebuild(row));
    }
    return rewriting.graph();
  }

  private Map<Node, List<Element>> rows() {
    Map<Node, List<Element>> rows = new HashMap<>();
    BitSet inside = new BitSet();
    for (Node node : graph.nodes().reversed()) {
      if (!inside.get(node.id())) {
        List<Element> row = row(node, inside);
        if (isWorth(row)) {
          rows.put(node, row);
        }
      }
    }
    return rows;
  }

  private List<Element> row(Node start, BitSet inside) {
    List<Element> row = new ArrayList<>();
    Element element = element(start);
    while (element != null && (row.isEmpty() || element.exit == row.getFirst().exit)) {
      row.add(element);
      boolean only = predecessors[element.next.id()] == element.ways;
      if (!only) {
        break;
      }
      Element following = element(element.next);
      if (following != null && following.exit == element.exit) {
        inside.set(element.next.id());
      }
      element = following;
    }
    return row;
  }

  private boolean isWorth(List<Element> row) {
    Map<Quantity, Integer> all = new HashMap<>();
    Map<Quantity, Integer> wide = new HashMap<>();
    for (Element element : row) {
      all.merge(element.number, 1, Integer::sum);
      if (element.first != element.last) {
        wide.merge(element.number, 1, Integer::sum);
      }
    }
    return wide.values().stream().anyMatch(count -> count >= WORTH)
        || all.values().stream().anyMatch(count -> count >= Math.max(WORTH, leaf));
  }

  private @Nullable Element element(Node node) {
    if (!(node instanceof Node.Branch branch)
        || !(branch.test().right() instanceof Quantity.Constant(int constant))
        || branch.test().left() instanceof Quantity.Constant) {
      return null;
    }
    Quantity number = branch.test().left();
    long value = Integer.toUnsignedLong(constant);
    return switch (branch.test().relation()) {
      case EQUAL -> new Element(number, value, value, branch.yes(), branch.no(), 1);
      case GREATER_OR_EQUAL -> from(number, value, branch);
      case GREATER, COMMON_BITS -> null;
    };
  }

  /** Not below the first, and then not above the last. */
  private static @Nullable Element from(Quantity number, long first, Node.Branch branch) {
    if (branch.yes() instanceof Node.Branch second
        && second.test().relation() == Relation.GREATER
        && second.test().left().equals(number)
        && second.test().right() instanceof Quantity.Constant(int constant)
        && second.yes() == branch.no()
        && first <= Integer.toUnsignedLong(constant)) {
      long last = Integer.toUnsignedLong(constant);
      return new Element(number, first, last, second.no(), branch.no(), 2);
    }
    return null;
  }

  private Node rebuild(List<Element> row) {
    int settled = settled(row);
    Map<Quantity, List<Interval>> groups = new LinkedHashMap<>();
    for (Element element : row.subList(settled, row.size())) {
      groups
          .computeIfAbsent(element.number, _ -> new ArrayList<>())
          .add(new Interval(element.first, element.last));
    }
    Node exit = rewriting.get(row.getLast().exit);
    Node next = rewriting.get(row.getLast().next);
    for (Map.Entry<Quantity, List<Interval>> group : List.copyOf(groups.entrySet()).reversed()) {
      List<Interval> intervals = merged(group.getValue());
      next = tree(group.getKey(), intervals, 0, 0xffff_ffffL, exit, next);
    }
    for (Element element : row.subList(0, settled).reversed()) {
      Interval interval = new Interval(element.first, element.last);
      next = one(element.number, interval, 0, 0xffff_ffffL, exit, next);
    }
    return next;
  }

  /** How many elements stay where they are: those up to the last that reads something new. */
  private static int settled(List<Element> row) {
    int settled = 0;
    Set<Quantity> read = new HashSet<>();
    for (int i = 0; i < row.size(); i++) {
      Quantity number = row.get(i).number;
      if (read.add(number) && Quantities.mayReject(number)) {
        settled = i;
      }
    }
    return settled;
  }

  /** In order, and none that touches another. */
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
      Quantity number, List<Interval> intervals, long least, long most, Node exit, Node next) {
    boolean single = intervals.stream().allMatch(interval -> interval.first == interval.last);
    if (intervals.size() == 1 || (single && intervals.size() <= leaf)) {
      Node row = next;
      for (Interval interval : intervals.reversed()) {
        row = one(number, interval, least, most, exit, row);
      }
      return row;
    }
    int half = intervals.size() / 2;
    long middle = intervals.get(half).first;
    List<Interval> below = intervals.subList(0, half);
    List<Interval> above = intervals.subList(half, intervals.size());
    return result.branch(
        (Predicate.Compare) Predicate.atLeast(number, (int) middle),
        tree(number, above, middle, most, exit, next),
        tree(number, below, least, middle - 1, exit, next));
  }

  /** The test for one interval of a number that is known to be within bounds. */
  private Node one(
      Quantity number, Interval interval, long least, long most, Node exit, Node next) {
    if (interval.first == interval.last) {
      return result.branch(
          (Predicate.Compare) Predicate.equal(number, (int) interval.first), exit, next);
    }
    Node node = exit;
    if (interval.last < most) {
      node =
          result.branch(
              (Predicate.Compare) Predicate.greater(number, (int) interval.last), next, node);
    }
    if (interval.first > least) {
      node =
          result.branch(
              (Predicate.Compare) Predicate.atLeast(number, (int) interval.first), node, next);
    }
    return node;
  }
}
