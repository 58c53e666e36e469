package io.dropwatch.pcapfilter.internal.classic;

import io.dropwatch.pcapfilter.ClassicBpf;
import io.dropwatch.pcapfilter.ClassicBpf.Instruction;
import io.dropwatch.pcapfilter.internal.ir.Graph;
import java.util.ArrayList;
import java.util.List;

/** The way from graphs to instructions. */
public final class ClassicCompiler {
  /** Far beyond what fits: not worth the time to find out how long exactly it would be. */
  private static final int BRANCH_LIMIT = 40_000;

  private ClassicCompiler() {}

  /**
   * The shortest of the programs for graphs that mean the same.
   *
   * @throws UnsupportedOperationException if none of them can be a classic program
   */
  public static List<Instruction> compile(List<Graph> graphs) {
    List<Instruction> shortest = new ArrayList<>();
    UnsupportedOperationException refusal = null;
    for (Graph graph : graphs) {
      try {
        List<Instruction> program = compile(graph);
        if (shortest.isEmpty() || program.size() < shortest.size()) {
          shortest = program;
        }
      } catch (UnsupportedOperationException failure) {
        refusal = failure;
      }
    }
    if (shortest.isEmpty() && refusal != null) {
      throw refusal;
    }
    return shortest;
  }

  private static List<Instruction> compile(Graph graph) {
    if (graph.nodes().size() > BRANCH_LIMIT) {
      throw new UnsupportedOperationException(
          "the filter needs %d branches, and classic BPF allows %d instructions"
              .formatted(graph.nodes().size(), ClassicBpf.MAX_SIZE));
    }
    return ClassicLayout.arrange(ClassicSelector.select(graph));
  }
}
