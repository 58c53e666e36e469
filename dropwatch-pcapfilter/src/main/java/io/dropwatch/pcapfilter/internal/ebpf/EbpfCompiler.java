package io.dropwatch.pcapfilter.internal.ebpf;

import io.dropwatch.pcapfilter.EbpfTarget;
import io.dropwatch.pcapfilter.internal.ebpf.EbpfGraph.Verdicts;
import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import io.dropwatch.pcapfilter.internal.predicate.Quantity.Area;
import io.dropwatch.pcapfilter.internal.predicate.Quantity.Operator;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;

/** The way from a graph to instructions. */
public final class EbpfCompiler {
  /** No slot is large enough for what this many branches become. */
  private static final int BRANCH_LIMIT = 40_000;

  private EbpfCompiler() {}

  /**
   * With more assignments, a variable has its home in one register. Otherwise ways that meet bring
   * the same variables in different registers, and what follows is written once for each.
   */
  private static final int FEW = 4;

  /** Up to this many branches, an instruction less is worth trying several ways. */
  private static final int SMALL = 100;

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
   * @param network offset of the network header from the base if there is but a plain link-layer
   *     header, in bytes; the caller of the code passes the length of an IPv4 header there
   */
  public static Code compile(Graph graph, int network, EbpfTarget target) {
    if (graph.nodes().size() > BRANCH_LIMIT) {
      throw new UnsupportedOperationException(
          "the filter has " + graph.nodes().size() + " branches, too many for eBPF");
    }
    boolean homes = graph.nodes().stream().filter(n -> n instanceof Node.Assign).count() > FEW;
    BoundsAnalysis bounds = new BoundsAnalysis(graph, true);
    List<Insn> best = null;
    for (Verdicts verdicts : Verdicts.values()) {
      if (best == null || graph.nodes().size() <= SMALL) {
        Options options =
            new Options(headerLength(network), target.reservedStack(), verdicts, homes);
        List<Insn> code =
            EbpfLayout.arrange(EbpfSelector.select(graph, bounds, options), target.exits());
        best = best == null || code.size() < best.size() ? code : best;
      }
    }
    return new Code(Objects.requireNonNull(best), metadataReads(best, bounds));
  }

  // Where nothing bounds metadata, r3 may hold numbers.
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
   * How a graph is compiled.
   *
   * @param headerLength what the caller passes in r4
   * @param reservedStack bytes below r10 that the code leaves alone
   * @param homes whether each variable has a register of its own
   */
  record Options(Quantity headerLength, int reservedStack, Verdicts verdicts, boolean homes) {}

  private static Quantity headerLength(int network) {
    Quantity first = new Quantity.Load(Area.WINDOW, null, network, 1);
    Quantity words = Quantity.of(Operator.AND, first, Quantity.of(15));
    return Quantity.of(Operator.SHIFT_LEFT, words, Quantity.of(2));
  }
}
