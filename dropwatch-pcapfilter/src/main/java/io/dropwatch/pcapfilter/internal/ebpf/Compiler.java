package io.dropwatch.pcapfilter.internal.ebpf;

import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import io.dropwatch.pcapfilter.internal.predicate.Quantity.Area;
import io.dropwatch.pcapfilter.internal.predicate.Quantity.Operator;
import java.util.List;
import java.util.Objects;

/** The way from a graph to instructions. */
public final class Compiler {
  /** No slot is large enough for what this many branches become. */
  private static final int BRANCH_LIMIT = 40_000;

  private Compiler() {}

  /**
   * With more assignments, a variable has its home in one register. Otherwise ways that meet bring
   * the same variables in different registers, and what follows is written once for each.
   */
  private static final int FEW = 4;

  /** Up to this many branches, an instruction less is worth trying several ways. */
  private static final int SMALL = 100;

  /**
   * The body of the filter function for {@code graph}.
   *
   * @param network where the network header is if there is but a plain link-layer header, in bytes
   *     from the base; the caller of the function tells the length of an IPv4 header there
   */
  public static List<Instruction> compile(Graph graph, int network) {
    if (graph.nodes().size() > BRANCH_LIMIT) {
      throw new UnsupportedOperationException(
          "the filter has " + graph.nodes().size() + " branches, too many for eBPF");
    }
    boolean homes = graph.nodes().stream().filter(n -> n instanceof Node.Assign).count() > FEW;
    List<Instruction> best = null;
    for (Verdicts verdicts : Verdicts.values()) {
      if (best == null || graph.nodes().size() <= SMALL) {
        List<Instruction> code =
            Layout.arrange(Selection.select(graph, headerLength(network), verdicts, homes));
        best = best == null || code.size() < best.size() ? code : best;
      }
    }
    return Objects.requireNonNull(best);
  }

  private static Quantity headerLength(int network) {
    Quantity first = new Quantity.Load(Area.WINDOW, null, network, 1);
    Quantity words = Quantity.of(Operator.AND, first, Quantity.of(15));
    return Quantity.of(Operator.SHIFT_LEFT, words, Quantity.of(2));
  }

  /** The instructions as the kernel reads them, 8 bytes each, little-endian. */
  public static byte[] encode(List<Instruction> instructions) {
    return Instruction.encode(instructions);
  }
}
