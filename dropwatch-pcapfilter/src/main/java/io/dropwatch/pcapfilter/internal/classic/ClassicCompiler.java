package io.dropwatch.pcapfilter.internal.classic;

import io.dropwatch.pcapfilter.ClassicBpf;
import io.dropwatch.pcapfilter.ClassicBpf.Instruction;
import io.dropwatch.pcapfilter.internal.ir.Graph;
import java.util.ArrayList;
import java.util.List;

/** Compiles decision graphs to classic BPF. */
public final class ClassicCompiler {
  /** Larger graphs are far too long; finding out how long exactly is not worth the time. */
  private static final int MAX_NODES = 40_000;

  private ClassicCompiler() {}

  /**
   * Returns the shortest of the programs for equivalent graphs.
   *
   * @throws UnsupportedOperationException if no graph can be a classic program
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
    if (graph.nodes().size() > MAX_NODES) {
      throw new UnsupportedOperationException(
          "the filter needs %d branches, and classic BPF allows %d instructions"
              .formatted(graph.nodes().size(), ClassicBpf.MAX_SIZE));
    }
    return ClassicLayout.arrange(ClassicSelector.select(graph));
  }
}
