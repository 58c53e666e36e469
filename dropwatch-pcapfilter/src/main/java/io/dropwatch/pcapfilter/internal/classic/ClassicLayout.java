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
 * Puts an instruction graph into one sequence in which every jump goes forward.
 *
 * <p>The sequence is written from its end, so that each jump knows the distances of its targets. A
 * target too far for the 8 bits of a conditional jump gets an unconditional jump right after it.
 * Earlier conditional jumps use that one too as long as they reach it.
 *
 * <p>The verdicts come last, as in libpcap's programs. Linux needs that: its check that a scratch
 * word is written before it is read treats the instruction after a verdict as its successor.
 */
final class ClassicLayout {
  private static final int MAX_JUMP = 255;

  /** From the last instruction to the first. */
  private final List<Instruction> backward = new ArrayList<>();

  /** Where each node starts, counted from the end; the front-most of several places. */
  private final Map<CodeNode<Operation>, Integer> places = new HashMap<>();

  private ClassicLayout() {}

  /**
   * Returns the program.
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

  /** Continues with a node placed elsewhere: by a jump, or its copy where that is as short. */
  private void continueWith(CodeNode<Operation> node) {
    switch (node) {
      case Fork<Operation> fork -> fork(fork);
      case End<Operation> _, Step<Operation> _ ->
          add(new Operation(Opcode.JMP, distance(node)), 0, 0);
    }
    places.put(node, backward.size());
  }

  private void fork(Fork<Operation> fork) {
    // The jump to one target may push the other one out of reach, so there are two rounds.
    for (int round = 0; round < 2; round++) {
      bringNear(fork.next());
      bringNear(fork.taken());
    }
    add(fork.jump(), distance(fork.taken()), distance(fork.next()));
  }

  private void bringNear(CodeNode<Operation> target) {
    if (distance(target) <= MAX_JUMP) {
      return;
    }
    add(new Operation(Opcode.JMP, distance(target)), 0, 0);
    places.put(target, backward.size());
  }

  /** Returns the number of instructions between the next one to be written and the node. */
  private int distance(CodeNode<Operation> node) {
    Integer place = places.get(node);
    if (place == null) {
      throw new IllegalStateException("node %d has no place yet".formatted(node.id()));
    }
    return backward.size() - place;
  }

  private void add(Operation operation, int jt, int jf) {
    backward.add(new Instruction(operation.code(), jt, jf, operation.k()));
  }
}
