package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Puts tests of the same number next to each other, for back-ends with one register.
 *
 * <p>{@code host A or host B} asks source, destination, source, destination. In a row of tests that
 * all lead to the same place when they hold (or all when they do not), the order matters only up to
 * the last test that reads something for the first time: from there on no packet is too short any
 * more.
 */
public final class BranchReordering {
  private final Graph graph;
  private final int[] predecessors;
  private final GraphRewriter rewriting;

  private BranchReordering(Graph graph) {
    this.graph = graph;
    this.predecessors = GraphNode.predecessors(graph.nodes());
    this.rewriting = new GraphRewriter(graph);
  }

  /** An equivalent graph. */
  public static Graph reorder(Graph graph) {
    return new BranchReordering(graph).run();
  }

  private Graph run() {
    Set<Node> inside = new HashSet<>();
    Map<Node, List<Node.Branch>> rows = new HashMap<>();
    for (Node node : graph.nodes().reversed()) {
      if (node instanceof Node.Branch branch && !inside.contains(branch)) {
        List<Node.Branch> row = row(branch);
        inside.addAll(row);
        rows.put(branch, row);
      }
    }
    for (Node node : graph.nodes()) {
      List<Node.Branch> row = rows.get(node);
      if (row != null) {
        rewriting.put(node, rebuild(row));
      } else if (!(node instanceof Node.Branch)) {
        rewriting.put(node, rewriting.copy(node));
      }
    }
    return rewriting.graph();
  }

  /** The branch and those that follow it in one direction while the other is the same. */
  private List<Node.Branch> row(Node.Branch first) {
    List<Node.Branch> whenNot = row(first, false);
    List<Node.Branch> whenSo = row(first, true);
    return whenSo.size() > whenNot.size() ? whenSo : whenNot;
  }

  private List<Node.Branch> row(Node.Branch first, boolean onYes) {
    List<Node.Branch> row = new ArrayList<>(List.of(first));
    Node exit = onYes ? first.no() : first.yes();
    Node next = onYes ? first.yes() : first.no();
    while (next instanceof Node.Branch branch
        && predecessors[branch.id()] == 1
        && (onYes ? branch.no() : branch.yes()) == exit) {
      row.add(branch);
      next = onYes ? branch.yes() : branch.no();
    }
    return row;
  }

  private Node rebuild(List<Node.Branch> row) {
    Node.Branch last = row.getLast();
    boolean onYes = row.size() > 1 && row.getFirst().yes() == row.get(1);
    Node exit = rewriting.get(onYes ? last.no() : last.yes());
    Node next = rewriting.get(onYes ? last.yes() : last.no());
    Graph.Builder result = rewriting.result();
    for (Predicate.Compare test : ordered(row).reversed()) {
      next = onYes ? result.branch(test, next, exit) : result.branch(test, exit, next);
    }
    return next;
  }

  private static List<Predicate.Compare> ordered(List<Node.Branch> row) {
    int settled = 0;
    Set<Quantity> read = new HashSet<>();
    for (int i = 0; i < row.size(); i++) {
      Predicate.Compare test = row.get(i).test();
      boolean again = read.contains(test.left()) || !Quantities.mayReject(test.left());
      if (!again || Quantities.mayReject(test.right())) {
        settled = i;
      }
      read.add(test.left());
    }
    List<Predicate.Compare> ordered = new ArrayList<>();
    Map<Quantity, List<Predicate.Compare>> groups = new LinkedHashMap<>();
    for (int i = 0; i < row.size(); i++) {
      Predicate.Compare test = row.get(i).test();
      if (i <= settled) {
        ordered.add(test);
      }
      if (i == settled) {
        groups.put(test.left(), new ArrayList<>());
      }
      if (i > settled) {
        groups.computeIfAbsent(test.left(), _ -> new ArrayList<>()).add(test);
      }
    }
    groups.values().forEach(ordered::addAll);
    return ordered;
  }
}
