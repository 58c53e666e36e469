package io.dropwatch.pcapfilter.internal.ebpf;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts a flow into one sequence in which every jump goes forward.
 *
 * <p>What follows an instruction is put right behind it as soon as everything that leads there has
 * a place; else a jump is spent. The end comes last, and there is only one.
 */
final class EbpfLayout {
  private final Map<Flow, Integer> waiting = new HashMap<>();
  private final Map<Flow, Integer> places = new HashMap<>();
  private final List<Insn> code = new ArrayList<>();
  private final Map<Integer, Flow> targets = new HashMap<>();
  private final Deque<Flow> ready = new ArrayDeque<>();

  private final boolean exits;

  private EbpfLayout(boolean exits) {
    this.exits = exits;
  }

  /**
   * The flow as one sequence.
   *
   * @param exits whether its last instruction leaves the function; otherwise it falls through
   */
  static List<Insn> arrange(Flow root, boolean exits) {
    return new EbpfLayout(exits).run(root);
  }

  private List<Insn> run(Flow root) {
    countPredecessors(root);
    Flow current = root;
    while (current != null) {
      current = place(current);
      if (current == null && !ready.isEmpty()) {
        current = ready.pop();
      }
    }
    targets.forEach(this::resolve);
    return code;
  }

  private void countPredecessors(Flow root) {
    Deque<Flow> stack = new ArrayDeque<>();
    stack.push(root);
    waiting.put(root, 0);
    while (!stack.isEmpty()) {
      switch (stack.pop()) {
        case Flow.End _ -> {}
        case Flow.Step step -> count(step.next(), stack);
        case Flow.Fork fork -> {
          count(fork.taken(), stack);
          count(fork.next(), stack);
        }
      }
    }
  }

  private void count(Flow flow, Deque<Flow> stack) {
    if (!waiting.containsKey(flow)) {
      stack.push(flow);
    }
    waiting.merge(flow, 1, Integer::sum);
  }

  /** Gives an instruction its place; the answer is what goes right behind it, if anything can. */
  private @Nullable Flow place(Flow flow) {
    places.put(flow, code.size());
    return switch (flow) {
      case Flow.End _ -> {
        if (exits) {
          code.add(Insn.exit());
        }
        yield null;
      }
      case Flow.Step step -> {
        code.add(step.instruction());
        arrived(step.next());
        yield behind(step.next());
      }
      case Flow.Fork fork -> {
        arrived(fork.taken());
        arrived(fork.next());
        yield fork(fork);
      }
    };
  }

  private @Nullable Flow fork(Flow.Fork fork) {
    boolean turn = fork.jump().invertible() && !fits(fork.next()) && fits(fork.taken());
    Flow target = turn ? fork.next() : fork.taken();
    Flow follower = turn ? fork.taken() : fork.next();
    jump(turn ? fork.jump().inverted() : fork.jump(), target);
    if (fits(target)) {
      ready.push(target);
    }
    return behind(follower);
  }

  private boolean fits(Flow flow) {
    return waiting.getOrDefault(flow, 0) == 0;
  }

  private void arrived(Flow flow) {
    waiting.merge(flow, -1, Integer::sum);
  }

  private @Nullable Flow behind(Flow flow) {
    if (fits(flow)) {
      ready.remove(flow);
      return flow;
    }
    jump(Insn.always(), flow);
    return null;
  }

  private void jump(Insn jump, Flow target) {
    targets.put(code.size(), target);
    code.add(jump);
  }

  private void resolve(int at, Flow target) {
    int distance = places.getOrDefault(target, -1) - at - 1;
    if (distance > Short.MAX_VALUE) {
      throw new UnsupportedOperationException(
          "the filter needs a jump over " + distance + " instructions, too far for eBPF");
    }
    if (distance < 0) {
      throw new IllegalStateException("no jump from " + at + " over " + distance);
    }
    code.set(at, code.get(at).withOffset(distance));
  }
}
