package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.PredicateText;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The text form of decision graphs: one numbered node per line, the root first. */
public final class GraphText {
  private GraphText() {}

  /** Returns the text form. */
  public static String print(Graph graph) {
    List<Node> nodes = graph.nodes().reversed();
    Map<Node, String> names = new HashMap<>();
    int number = 0;
    for (Node node : nodes) {
      names.put(
          node,
          node instanceof Node.Verdict verdict
              ? verdict.accept() ? "accept" : "reject"
              : Integer.toString(number++));
    }
    if (graph.root() instanceof Node.Verdict) {
      return names.get(graph.root()) + "\n";
    }
    StringBuilder out = new StringBuilder();
    for (Node node : nodes) {
      switch (node) {
        case Node.Verdict _ -> {}
        case Node.Branch branch ->
            out.append(names.get(node))
                .append(": if ")
                .append(PredicateText.print(branch.test()))
                .append(" then ")
                .append(names.get(branch.yes()))
                .append(" else ")
                .append(names.get(branch.no()))
                .append('\n');
        case Node.Assign assign ->
            out.append(names.get(node))
                .append(": ")
                .append(PredicateText.print(assign.variable()))
                .append(" := ")
                .append(PredicateText.print(assign.operand()))
                .append(" then ")
                .append(names.get(assign.next()))
                .append('\n');
      }
    }
    return out.toString();
  }
}
