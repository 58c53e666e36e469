package io.dropwatch.pcapfilter.internal.ebpf;

import java.util.List;

/** A part of the code of one node, before it is known what follows the node. */
sealed interface CodeFragment {

  /** Whether it writes to the register. */
  boolean writes(int register);

  /** Falls through. */
  record Plain(Insn instruction) implements CodeFragment {
    @Override
    public boolean writes(int register) {
      return instruction.writes(register);
    }
  }

  /** Rejects the packet when the jump is taken. */
  record RejectIf(Insn jump) implements CodeFragment {
    @Override
    public boolean writes(int register) {
      return false;
    }
  }

  /** One of two sequences. */
  record Either(Insn jump, List<Insn> taken, List<Insn> otherwise) implements CodeFragment {
    @Override
    public boolean writes(int register) {
      return taken.stream().anyMatch(i -> i.writes(register))
          || otherwise.stream().anyMatch(i -> i.writes(register));
    }
  }
}
