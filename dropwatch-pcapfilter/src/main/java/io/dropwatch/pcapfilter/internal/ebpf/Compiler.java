package io.dropwatch.pcapfilter.internal.ebpf;

import io.dropwatch.pcapfilter.internal.ir.Graph;
import java.util.List;

/** The way from a graph to instructions. */
public final class Compiler {
  private Compiler() {}

  /** The body of the filter function for {@code graph}. */
  public static List<Instruction> compile(Graph graph) {
    return Layout.arrange(Selection.select(graph));
  }

  /** The instructions as the kernel reads them, 8 bytes each, little-endian. */
  public static byte[] encode(List<Instruction> instructions) {
    return Instruction.encode(instructions);
  }
}
