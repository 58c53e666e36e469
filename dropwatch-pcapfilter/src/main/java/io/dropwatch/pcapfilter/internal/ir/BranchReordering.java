package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
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
 * <p>{@code host A or host B} tests source, destination, source, destination. In a chain of tests
 * that all lead to the same node when they hold (or all when they do not), the order matters only
 * up to the last test that reads a number for the first time: after that no packet is too short.
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

  /** Returns an equivalent graph. */
  public static Graph reorder(Graph graph) {
    return new BranchReordering(graph).run();
  }

  private Graph run() {
    Set<Node> inside = new HashSet<>();
    Map<Node, List<Node.Branch>> chains = new HashMap<>();
    for (Node node : graph.nodes().reversed()) {
      if (node instanceof Node.Branch branch && !inside.contains(branch)) {
        List<Node.Branch> chain = chain(branch);
        inside.addAll(chain);
        chains.put(branch, chain);
      }
    }
    for (Node node : graph.nodes()) {
      List<Node.Branch> chain = chains.get(node);
      if (chain != null) {
        rewriting.put(node, rebuild(chain));
      } else if (!(node instanceof Node.Branch)) {
        rewriting.put(node, rewriting.copy(node));
      }
    }
    return rewriting.graph();
  }

  /** Returns the branch and those that follow it on one side while the other side is the same. */
  private List<Node.Branch> chain(Node.Branch first) {
    List<Node.Branch> whenNot = chain(first, false);
    List<Node.Branch> whenSo = chain(first, true);
    return whenSo.size() > whenNot.size() ? whenSo : whenNot;
  }

  private List<Node.Branch> chain(Node.Branch first, boolean onYes) {
    List<Node.Branch> chain = new ArrayList<>(List.of(first));
    Node exit = onYes ? first.no() : first.yes();
    Node next = onYes ? first.yes() : first.no();
    while (next instanceof Node.Branch branch
        && predecessors[branch.id()] == 1
        && (onYes ? branch.no() : branch.yes()) == exit) {
      chain.add(branch);
      next = onYes ? branch.yes() : branch.no();
    }
    return chain;
  }

  private Node rebuild(List<Node.Branch> chain) {
    Node.Branch last = chain.getLast();
    boolean onYes = chain.size() > 1 && chain.getFirst().yes() == chain.get(1);
    Node exit = rewriting.get(onYes ? last.no() : last.yes());
    Node next = rewriting.get(onYes ? last.yes() : last.no());
    Graph.Builder result = rewriting.result();
    for (Predicate.Compare test : ordered(chain).reversed()) {
      next = onYes ? result.branch(test, next, exit) : result.branch(test, exit, next);
    }
    return next;
  }

  private static List<Predicate.Compare> ordered(List<Node.Branch> chain) {
    int fixed = 0;
    Set<Operand> read = new HashSet<>();
    for (int i = 0; i < chain.size(); i++) {
      Predicate.Compare test = chain.get(i).test();
      boolean again = read.contains(test.left()) || !Operands.mayReject(test.left());
      if (!again || Operands.mayReject(test.right())) {
        fixed = i;
      }
      read.add(test.left());
    }
    List<Predicate.Compare> ordered = new ArrayList<>();
    Map<Operand, List<Predicate.Compare>> groups = new LinkedHashMap<>();
    for (int i = 0; i < chain.size(); i++) {
      Predicate.Compare test = chain.get(i).test();
      if (i <= fixed) {
        ordered.add(test);
      }
      if (i == fixed) {
        groups.put(test.left(), new ArrayList<>());
      }
      if (i > fixed) {
        groups.computeIfAbsent(test.left(), _ -> new ArrayList<>()).add(test);
      }
    }
    groups.values().forEach(ordered::addAll);
    return ordered;
  }
}
