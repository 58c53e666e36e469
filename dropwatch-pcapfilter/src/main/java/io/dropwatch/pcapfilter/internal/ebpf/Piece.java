package io.dropwatch.pcapfilter.internal.ebpf;

import java.util.List;

/** A part of the code of one node, before it is known what follows the node. */
sealed interface Piece {

  /** Falls through. */
  record Plain(Instruction instruction) implements Piece {}

  /** Rejects the packet when the jump is taken. */
  record RejectIf(Instruction jump) implements Piece {}

  /** One of two sequences. */
  record Either(Instruction jump, List<Instruction> taken, List<Instruction> otherwise)
      implements Piece {}
}
