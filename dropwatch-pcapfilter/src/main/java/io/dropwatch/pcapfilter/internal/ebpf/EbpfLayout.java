package io.dropwatch.pcapfilter.internal.ebpf;

import io.dropwatch.pcapfilter.internal.codegen.CodeNode;
import io.dropwatch.pcapfilter.internal.codegen.CodeNode.End;
import io.dropwatch.pcapfilter.internal.codegen.CodeNode.Fork;
import io.dropwatch.pcapfilter.internal.codegen.CodeNode.Step;
import io.dropwatch.pcapfilter.internal.ir.GraphNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts an instruction graph into one sequence in which every jump goes forward.
 *
 * <p>The successor of an instruction is placed right after it if all its predecessors have been
 * placed; otherwise a jump is needed. The end comes last.
 */
final class EbpfLayout {
  private final boolean exits;

  /** Predecessors of each node that have no place yet, by id. */
  private final int[] waiting;

  private final Map<CodeNode<Insn>, Integer> places = new HashMap<>();
  private final List<Insn> code = new ArrayList<>();
  private final Map<Integer, CodeNode<Insn>> targets = new HashMap<>();
  private final Deque<CodeNode<Insn>> ready = new ArrayDeque<>();

  private EbpfLayout(CodeNode<Insn> root, boolean exits) {
    this.exits = exits;
    this.waiting = GraphNode.predecessors(GraphNode.reachable(root));
  }

  /**
   * Returns the sequence.
   *
   * @param exits whether its last instruction leaves the function; otherwise it falls through
   */
  static List<Insn> arrange(CodeNode<Insn> root, boolean exits) {
    return new EbpfLayout(root, exits).run(root);
  }

  private List<Insn> run(CodeNode<Insn> root) {
    CodeNode<Insn> current = root;
    while (current != null) {
      current = place(current);
      if (current == null && !ready.isEmpty()) {
        current = ready.pop();
      }
    }
    targets.forEach(this::resolve);
    return code;
  }

  /** Places a node; returns the node to place right after it, or null. */
  private @Nullable CodeNode<Insn> place(CodeNode<Insn> node) {
    places.put(node, code.size());
    node.successors().forEach(successor -> waiting[successor.id()]--);
    return switch (node) {
      case End<Insn> _ -> {
        if (exits) {
          code.add(Insn.exit());
        }
        yield null;
      }
      case Step<Insn> step -> {
        code.add(step.instruction());
        yield follow(step.next());
      }
      case Fork<Insn> fork -> fork(fork);
    };
  }

  private @Nullable CodeNode<Insn> fork(Fork<Insn> fork) {
    boolean invert = fork.jump().invertible() && !isReady(fork.next()) && isReady(fork.taken());
    CodeNode<Insn> target = invert ? fork.next() : fork.taken();
    CodeNode<Insn> follower = invert ? fork.taken() : fork.next();
    jump(invert ? fork.jump().inverted() : fork.jump(), target);
    if (isReady(target)) {
      ready.push(target);
    }
    return follow(follower);
  }

  private boolean isReady(CodeNode<Insn> node) {
    return waiting[node.id()] == 0;
  }

  private @Nullable CodeNode<Insn> follow(CodeNode<Insn> node) {
    if (isReady(node)) {
      ready.remove(node);
      return node;
    }
    jump(Insn.always(), node);
    return null;
  }

  private void jump(Insn jump, CodeNode<Insn> target) {
    targets.put(code.size(), target);
    code.add(jump);
  }

  private void resolve(int at, CodeNode<Insn> target) {
    int distance = places.getOrDefault(target, -1) - at - 1;
    if (distance > Short.MAX_VALUE) {
      throw new UnsupportedOperationException(
          "the filter needs a jump over %d instructions, and eBPF allows %d"
              .formatted(distance, Short.MAX_VALUE));
    }
    if (distance < 0) {
      throw new IllegalStateException("no jump from " + at + " over " + distance);
    }
    code.set(at, code.get(at).withOffset(distance));
  }
}
