package io.dropwatch.pcapfilter.internal.classic;

import io.dropwatch.pcapfilter.ClassicBpf;
import io.dropwatch.pcapfilter.ClassicBpf.Instruction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
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
  private final Map<Flow, Integer> places = new HashMap<>();

  private ClassicLayout() {}

  /**
   * The program.
   *
   * @throws UnsupportedOperationException if it is longer than any kernel accepts
   */
  static List<Instruction> arrange(Flow root) {
    ClassicLayout layout = new ClassicLayout();
    layout.run(root);
    if (layout.backward.size() > ClassicBpf.MAX_SIZE) {
      throw new UnsupportedOperationException(
          "the filter needs %d instructions, and classic BPF allows %d"
              .formatted(layout.backward.size(), ClassicBpf.MAX_SIZE));
    }
    return List.copyOf(layout.backward.reversed());
  }

  // Successors first. Where a comparison holds goes last, so that it follows its jump.
  private void run(Flow root) {
    placeVerdicts(root);
    Deque<Flow> stack = new ArrayDeque<>();
    stack.push(root);
    while (!stack.isEmpty()) {
      Flow flow = stack.peek();
      Flow missing = places.containsKey(flow) ? null : missing(flow);
      if (missing != null) {
        stack.push(missing);
        continue;
      }
      stack.pop();
      if (!places.containsKey(flow)) {
        place(flow);
        places.put(flow, backward.size());
      }
    }
  }

  private void placeVerdicts(Flow root) {
    SortedMap<Integer, Flow> ends = new TreeMap<>();
    Set<Flow> seen = new HashSet<>(Set.of(root));
    Deque<Flow> stack = new ArrayDeque<>(seen);
    while (!stack.isEmpty()) {
      switch (stack.pop()) {
        case Flow.End end -> ends.put(end.id(), end);
        case Flow.Step step -> see(step.next(), seen, stack);
        case Flow.Fork fork -> {
          see(fork.yes(), seen, stack);
          see(fork.no(), seen, stack);
        }
      }
    }
    for (Flow end : ends.values()) {
      place(end);
      places.put(end, backward.size());
    }
  }

  private static void see(Flow flow, Set<Flow> seen, Deque<Flow> stack) {
    if (seen.add(flow)) {
      stack.push(flow);
    }
  }

  private @Nullable Flow missing(Flow flow) {
    return switch (flow) {
      case Flow.End _ -> null;
      case Flow.Step step -> places.containsKey(step.next()) ? null : step.next();
      case Flow.Fork fork ->
          !places.containsKey(fork.no())
              ? fork.no()
              : places.containsKey(fork.yes()) ? null : fork.yes();
    };
  }

  private void place(Flow flow) {
    switch (flow) {
      case Flow.End end -> add(new Operation(Operation.RET, end.result()), 0, 0);
      case Flow.Step step -> {
        if (distance(step.next()) != 0) {
          continueWith(step.next());
        }
        add(step.operation(), 0, 0);
      }
      case Flow.Fork fork -> fork(fork);
    }
  }

  /** The start of a flow that stands elsewhere: again, when that takes no more than the jump. */
  private void continueWith(Flow flow) {
    switch (flow) {
      case Flow.Fork fork -> fork(fork);
      case Flow.End _, Flow.Step _ -> add(new Operation(Operation.JMP, distance(flow)), 0, 0);
    }
    places.put(flow, backward.size());
  }

  private void fork(Flow.Fork fork) {
    // An instruction in between may push the other target out of reach: two rounds.
    for (int round = 0; round < 2; round++) {
      bringNear(fork.no());
      bringNear(fork.yes());
    }
    add(fork.jump(), distance(fork.yes()), distance(fork.no()));
  }

  private void bringNear(Flow target) {
    if (distance(target) <= REACH) {
      return;
    }
    add(new Operation(Operation.JMP, distance(target)), 0, 0);
    places.put(target, backward.size());
  }

  /** Instructions between the next one to be written and the flow. */
  private int distance(Flow flow) {
    Integer place = places.get(flow);
    if (place == null) {
      throw new IllegalStateException("successors come first");
    }
    return backward.size() - place;
  }

  private void add(Operation operation, int jt, int jf) {
    backward.add(new Instruction(operation.code(), jt, jf, operation.k()));
  }
}
