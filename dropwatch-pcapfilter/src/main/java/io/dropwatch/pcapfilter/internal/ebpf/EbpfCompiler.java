package io.dropwatch.pcapfilter.internal.ebpf;

import io.dropwatch.pcapfilter.EbpfTarget;
import io.dropwatch.pcapfilter.internal.ebpf.EbpfGraph.Verdicts;
import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Operand.Area;
import io.dropwatch.pcapfilter.internal.predicate.Operand.Operator;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;

/** Compiles a decision graph to eBPF. */
public final class EbpfCompiler {
  /** Larger graphs make more code than any program has room for. */
  private static final int MAX_NODES = 40_000;

  /**
   * With more assignments, each variable has a home register. Otherwise paths that meet have the
   * same variables in different registers, and the code after that is generated once for each.
   */
  private static final int MAX_ASSIGNMENTS_WITHOUT_HOMES = 4;

  /** Up to this many nodes, the shortest of several programs is worth the time. */
  private static final int SMALL_GRAPH = 100;

  private EbpfCompiler() {}

  /**
   * The result of compilation.
   *
   * @param instructions the code, as the target asks for it
   * @param metadataReads offsets in {@code struct filter_meta} of the fields that the code loads
   */
  public record Code(List<Insn> instructions, BitSet metadataReads) {}

  /**
   * Compiles {@code graph}.
   *
   * @param network offset of the network header from the base after a link-layer header without
   *     tags, in bytes; the caller of the code passes the length of an IPv4 header there
   * @throws UnsupportedOperationException if the graph is too large for eBPF
   */
  public static Code compile(Graph graph, int network, EbpfTarget target) {
    int nodes = graph.nodes().size();
    if (nodes > MAX_NODES) {
      throw new UnsupportedOperationException(
          "the filter has %d branches, and eBPF code is generated for at most %d"
              .formatted(nodes, MAX_NODES));
    }
    boolean homes =
        graph.nodes().stream().filter(n -> n instanceof Node.Assign).count()
            > MAX_ASSIGNMENTS_WITHOUT_HOMES;
    BoundsAnalysis bounds = new BoundsAnalysis(graph, true);
    List<Insn> best = null;
    for (Verdicts verdicts : Verdicts.values()) {
      if (best == null || nodes <= SMALL_GRAPH) {
        Options options =
            new Options(headerLength(network), target.reservedStack(), verdicts, homes);
        List<Insn> code =
            EbpfLayout.arrange(EbpfSelector.select(graph, bounds, options), target.exits());
        best = best == null || code.size() < best.size() ? code : best;
      }
    }
    return new Code(Objects.requireNonNull(best), metadataReads(best, bounds));
  }

  // Where the filter needs no metadata, r3 may hold numbers instead.
  private static BitSet metadataReads(List<Insn> code, BoundsAnalysis bounds) {
    BitSet reads = new BitSet();
    for (Insn instruction : code) {
      if (bounds.metadata() && instruction.loadsFrom(PacketReads.METADATA)) {
        reads.set(instruction.offset());
      }
    }
    return reads;
  }

  /**
   * Options of compilation.
   *
   * @param headerLength what the caller passes in r4
   * @param reservedStack bytes below r10 that the code leaves alone
   * @param homes whether each variable has a home register
   */
  record Options(Operand headerLength, int reservedStack, Verdicts verdicts, boolean homes) {}

  private static Operand headerLength(int network) {
    Operand first = new Operand.Load(Area.WINDOW, null, network, 1);
    Operand words = Operand.of(Operator.AND, first, Operand.of(15));
    return Operand.of(Operator.SHIFT_LEFT, words, Operand.of(2));
  }
}
