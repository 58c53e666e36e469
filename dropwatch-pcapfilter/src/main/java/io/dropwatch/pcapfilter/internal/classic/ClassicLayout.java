package io.dropwatch.pcapfilter.internal.classic;

import io.dropwatch.pcapfilter.ClassicBpf;
import io.dropwatch.pcapfilter.ClassicBpf.Instruction;
import io.dropwatch.pcapfilter.internal.codegen.CodeNode;
import io.dropwatch.pcapfilter.internal.codegen.CodeNode.End;
import io.dropwatch.pcapfilter.internal.codegen.CodeNode.Fork;
import io.dropwatch.pcapfilter.internal.codegen.CodeNode.Step;
import io.dropwatch.pcapfilter.internal.codegen.Opcode;
import io.dropwatch.pcapfilter.internal.ir.GraphNode;
import io.dropwatch.pcapfilter.internal.ir.PostOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts a flow into one sequence in which every jump goes forward.
 *
 * <p>The sequence is written from its end, so that each jump knows how far its targets are. What is
 * too far for the 8 bits of a conditional jump gets an unconditional one right behind the jump;
 * later jumps (which stand before it) use that one too as long as they reach it.
 *
 * <p>The verdicts come last, as in libpcap's programs. Linux insists: its check that a scratch word
 * is written before it is read takes what follows a verdict for something that the verdict leads
 * to.
 */
final class ClassicLayout {
  private static final int REACH = 255;

  /** From the last instruction to the first. */
  private final List<Instruction> backward = new ArrayList<>();

  /** Where a flow starts, counted from the end; of several places the one nearest to the front. */
  private final Map<CodeNode<Operation>, Integer> places = new HashMap<>();

  private ClassicLayout() {}

  /**
   * The program.
   *
   * @throws UnsupportedOperationException if it is longer than any kernel accepts
   */
  static List<Instruction> arrange(CodeNode<Operation> root) {
    ClassicLayout layout = new ClassicLayout();
    layout.run(root);
    if (layout.backward.size() > ClassicBpf.MAX_SIZE) {
      throw new UnsupportedOperationException(
          "the filter needs %d instructions, and classic BPF allows %d"
              .formatted(layout.backward.size(), ClassicBpf.MAX_SIZE));
    }
    return List.copyOf(layout.backward.reversed());
  }

  private void run(CodeNode<Operation> root) {
    for (CodeNode<Operation> node : GraphNode.reachable(root)) {
      if (node instanceof End<Operation>) {
        place(node);
      }
    }
    PostOrder.run(root, this::visit);
  }

  // The target of a jump goes last, so that it follows the jump.
  private @Nullable CodeNode<Operation> visit(CodeNode<Operation> node) {
    if (places.containsKey(node)) {
      return null;
    }
    for (CodeNode<Operation> successor : node.successors().reversed()) {
      if (!places.containsKey(successor)) {
        return successor;
      }
    }
    place(node);
    return null;
  }

  private void place(CodeNode<Operation> node) {
    switch (node) {
      case End<Operation> end -> add(new Operation(Opcode.RET, end.result()), 0, 0);
      case Step<Operation> step -> {
        if (distance(step.next()) != 0) {
          continueWith(step.next());
        }
        add(step.instruction(), 0, 0);
      }
      case Fork<Operation> fork -> fork(fork);
    }
    places.put(node, backward.size());
  }

  /** The start of a flow that stands elsewhere: again, when that takes no more than the jump. */
  private void continueWith(CodeNode<Operation> node) {
    switch (node) {
      case Fork<Operation> fork -> fork(fork);
      case End<Operation> _, Step<Operation> _ ->
          add(new Operation(Opcode.JMP, distance(node)), 0, 0);
    }
    places.put(node, backward.size());
  }

  private void fork(Fork<Operation> fork) {
    // An instruction in between may push the other target out of reach: two rounds.
    for (int round = 0; round < 2; round++) {
      bringNear(fork.next());
      bringNear(fork.taken());
    }
    add(fork.jump(), distance(fork.taken()), distance(fork.next()));
  }

  private void bringNear(CodeNode<Operation> target) {
    if (distance(target) <= REACH) {
      return;
    }
    add(new Operation(Opcode.JMP, distance(target)), 0, 0);
    places.put(target, backward.size());
  }

  /** Instructions between the next one to be written and the flow. */
  private int distance(CodeNode<Operation> node) {
    Integer place = places.get(node);
    if (place == null) {
      throw new IllegalStateException("successors come first");
    }
    return backward.size() - place;
  }

  private void add(Operation operation, int jt, int jf) {
    backward.add(new Instruction(operation.code(), jt, jf, operation.k()));
  }
}
