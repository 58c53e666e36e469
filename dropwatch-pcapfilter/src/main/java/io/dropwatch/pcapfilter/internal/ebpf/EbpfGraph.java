package io.dropwatch.pcapfilter.internal.ebpf;

import io.dropwatch.pcapfilter.internal.codegen.CodeNode;
import io.dropwatch.pcapfilter.internal.codegen.CodeNode.Fork;
import io.dropwatch.pcapfilter.internal.codegen.InstructionGraph;
import org.jspecify.annotations.Nullable;

/** Builds eBPF instructions; at the end the verdict is in r0. */
final class EbpfGraph extends InstructionGraph<Insn> {
  private final Verdicts verdicts;
  private final CodeNode<Insn> end = end(0);
  private final CodeNode<Insn> accept = super.step(Insn.verdict(1), end);
  private final CodeNode<Insn> reject;

  /** How the verdict gets into r0. Which way is shortest depends on the filter. */
  enum Verdicts {
    /** r0 is 0 from the start, and 1 where a packet is accepted. */
    ZERO_FIRST,
    /** The same, but a comparison right before the verdict leaves its difference in r0. */
    COMPUTED,
    /**
     * r0 holds numbers as the other registers do, and 0 where a packet is rejected. Accepting takes
     * no instruction after a comparison that shows that such a number is not 0.
     */
    ZERO_LAST
  }

  EbpfGraph(Verdicts verdicts) {
    this.verdicts = verdicts;
    this.reject = verdicts == Verdicts.ZERO_LAST ? super.step(Insn.verdict(0), end) : end;
  }

  CodeNode<Insn> reject() {
    return reject;
  }

  /**
   * Returns the code that accepts a packet.
   *
   * @param nonZero whether r0 is known not to be 0
   */
  CodeNode<Insn> accept(boolean nonZero) {
    return nonZero ? end : accept;
  }

  /** Returns the whole code. */
  CodeNode<Insn> start(CodeNode<Insn> first) {
    return first == accept || verdicts == Verdicts.ZERO_LAST ? first : step(Insn.verdict(0), first);
  }

  @Override
  public CodeNode<Insn> step(Insn instruction, CodeNode<Insn> next) {
    CodeNode<Insn> computed =
        verdicts == Verdicts.COMPUTED ? computedVerdict(instruction, next) : null;
    return computed == null ? super.step(instruction, next) : computed;
  }

  // A load, a comparison of the loaded number, and a verdict each way.
  private @Nullable CodeNode<Insn> computedVerdict(Insn load, CodeNode<Insn> next) {
    if (!(next instanceof Fork<Insn> fork)
        || !load.isPacketLoad()
        || !fork.jump().comparesConstant(load.dst())) {
      return null;
    }
    boolean acceptTaken = fork.taken() == accept && fork.next() == end;
    boolean rejectTaken = fork.taken() == end && fork.next() == accept;
    Insn difference = fork.jump().difference(acceptTaken);
    if (!(acceptTaken || rejectTaken) || difference == null) {
      return null;
    }
    CodeNode<Insn> after = difference.immediate() == 0 ? end : super.step(difference, end);
    return super.step(load.to(0), after);
  }
}
