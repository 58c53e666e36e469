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
 * a place; else a jump is spent. The verdict is 0 from the start and becomes 1 right before the
 * end, so that a rejection is a jump to the last instruction.
 */
final class Layout {
  private static final int RESULT = 0;

  private final Map<Flow, Integer> waiting = new HashMap<>();
  private final Map<Flow, Integer> places = new HashMap<>();
  private final List<Instruction> code = new ArrayList<>();
  private final Map<Integer, Flow> targets = new HashMap<>();
  private final Deque<Flow> ready = new ArrayDeque<>();

  private Layout() {}

  static List<Instruction> arrange(Flow root) {
    return new Layout().run(root);
  }

  private List<Instruction> run(Flow root) {
    if (root instanceof Flow.End end) {
      return List.of(verdict(end.accept() ? 1 : 0), Instruction.exit());
    }
    countPredecessors(root);
    code.add(verdict(0));
    Flow current = root;
    while (current != null) {
      current = place(current);
      if (current == null && !ready.isEmpty()) {
        current = ready.pop();
      }
    }
    finish();
    return code;
  }

  private static Instruction verdict(int value) {
    return new Instruction(Instruction.ALU64 | Instruction.MOV, RESULT, 0, 0, value);
  }

  private void countPredecessors(Flow root) {
    Deque<Flow> stack = new ArrayDeque<>();
    stack.push(root);
    waiting.put(root, 0);
    while (!stack.isEmpty()) {
      Flow flow = stack.pop();
      switch (flow) {
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
      case Flow.End _ -> throw new IllegalStateException("ends are placed last");
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
    boolean canTurn = fork.jump().invertible();
    boolean turn = canTurn && !fits(fork.next()) && fits(fork.taken());
    // Where both could follow, the one that many lead to can wait; it will not lose a jump.
    if (canTurn && fits(fork.next()) && fits(fork.taken()) && fork.next() instanceof Flow.End) {
      turn = true;
    }
    Flow target = turn ? fork.next() : fork.taken();
    Flow follower = turn ? fork.taken() : fork.next();
    jump(turn ? fork.jump().inverted() : fork.jump(), target);
    if (!(target instanceof Flow.End) && waiting.getOrDefault(target, 0) == 0) {
      ready.push(target);
    }
    return behind(follower);
  }

  private boolean fits(Flow flow) {
    return !(flow instanceof Flow.End) && waiting.getOrDefault(flow, 0) == 0;
  }

  private void arrived(Flow flow) {
    waiting.merge(flow, -1, Integer::sum);
  }

  private @Nullable Flow behind(Flow flow) {
    if (fits(flow)) {
      ready.remove(flow);
      return flow;
    }
    // The last piece of code falls through to the acceptance.
    boolean last =
        flow instanceof Flow.End end && end.accept() && ready.isEmpty() && nothingWaits();
    if (!last) {
      jump(Instruction.always(), flow);
    }
    return null;
  }

  private boolean nothingWaits() {
    for (Map.Entry<Flow, Integer> entry : waiting.entrySet()) {
      boolean end = entry.getKey() instanceof Flow.End;
      if (!end && !places.containsKey(entry.getKey())) {
        return false;
      }
    }
    return true;
  }

  private void jump(Instruction jump, Flow target) {
    targets.put(code.size(), target);
    code.add(jump);
  }

  private void finish() {
    int accept = code.size();
    code.add(verdict(1));
    int reject = code.size();
    code.add(Instruction.exit());
    targets.forEach(
        (at, target) -> {
          int place =
              target instanceof Flow.End end
                  ? end.accept() ? accept : reject
                  : places.getOrDefault(target, -1);
          int distance = place - at - 1;
          if (place < 0 || distance > Short.MAX_VALUE) {
            throw new IllegalStateException("no jump from " + at + " to " + place);
          }
          code.set(at, code.get(at).withOffset(distance));
        });
  }
}
