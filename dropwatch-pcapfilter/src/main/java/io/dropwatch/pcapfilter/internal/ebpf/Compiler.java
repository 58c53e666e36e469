package io.dropwatch.pcapfilter.internal.ebpf;

import io.dropwatch.pcapfilter.internal.ir.Graph;
import java.util.List;

/** The way from a graph to instructions. */
public final class Compiler {
  /** No slot is large enough for what this many branches become. */
  private static final int BRANCH_LIMIT = 40_000;

  private Compiler() {}

  /** The body of the filter function for {@code graph}. */
  public static List<Instruction> compile(Graph graph) {
    if (graph.nodes().size() > BRANCH_LIMIT) {
      throw new UnsupportedOperationException(
          "the filter has " + graph.nodes().size() + " branches, too many for eBPF");
    }
    return Layout.arrange(Selection.select(graph));
  }

  /** The instructions as the kernel reads them, 8 bytes each, little-endian. */
  public static byte[] encode(List<Instruction> instructions) {
    return Instruction.encode(instructions);
  }
}
