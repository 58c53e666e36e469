package io.dropwatch.pcapfilter.internal.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import org.junit.jupiter.api.Test;

class BackwardAnalysisTest {
  private static final Operand.Variable V = new Operand.Variable(0, 0xff);
  private static final Operand BYTE = new Operand.Load(Operand.Area.WINDOW, null, 0, 1);

  private final Graph.Builder builder = new Graph.Builder();
  private final Node use =
      builder.branch(
          (Predicate.Compare) Predicate.equal(V, 7), builder.verdict(true), builder.verdict(false));
  private final Node assign = builder.assign(V, BYTE, use);
  private final Node root =
      builder.branch((Predicate.Compare) Predicate.equal(BYTE, 1), assign, use);
  private final Graph graph = builder.graph(root);

  @Test
  void isLive_beforeUse_untilAssignment() {
    LiveVariables variables = new LiveVariables(graph);

    assertTrue(variables.isLive(use, V));
    assertFalse(variables.isLive(assign, V));
    assertFalse(variables.isLive(builder.verdict(true), V));
  }

  @Test
  void isLive_atBranch_whenLiveOnEitherSide() {
    assertTrue(new LiveVariables(graph).isLive(root, V));
  }

  @Test
  void compares_numbersOfTheNodeAndBelow() {
    DemandAnalysis demand = new DemandAnalysis(graph);

    assertTrue(demand.compares(use, V));
    assertTrue(demand.compares(root, BYTE));
    assertFalse(demand.compares(builder.verdict(false), V));
  }

  @Test
  void predecessors_countEdges() {
    int[] edges = GraphNode.predecessors(graph.nodes());

    assertEquals(2, edges[use.id()]);
    assertEquals(1, edges[assign.id()]);
    assertEquals(0, edges[root.id()]);
  }

  @Test
  void at_nodeOfAnotherGraph_throws() {
    Node other = new Node.Verdict(99, true);

    assertThrows(IllegalStateException.class, () -> new LiveVariables(graph).isLive(other, V));
  }
}
