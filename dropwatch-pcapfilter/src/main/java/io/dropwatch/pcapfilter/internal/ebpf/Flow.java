package io.dropwatch.pcapfilter.internal.ebpf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Instructions and where they lead; two that mean the same are the same object. */
sealed interface Flow {

  int id();

  /** The end: the verdict is in its register. */
  record End(int id) implements Flow {}

  /** An instruction and the one behind it. */
  final class Step implements Flow {
    private final int id;
    private final Insn instruction;
    private final Flow next;

    private Step(int id, Insn instruction, Flow next) {
      this.id = id;
      this.instruction = instruction;
      this.next = next;
    }

    @Override
    public int id() {
      return id;
    }

    Insn instruction() {
      return instruction;
    }

    Flow next() {
      return next;
    }
  }

  /** A conditional jump. */
  final class Fork implements Flow {
    private final int id;
    private final Insn jump;
    private final Flow taken;
    private final Flow next;

    private Fork(int id, Insn jump, Flow taken, Flow next) {
      this.id = id;
      this.jump = jump;
      this.taken = taken;
      this.next = next;
    }

    @Override
    public int id() {
      return id;
    }

    Insn jump() {
      return jump;
    }

    Flow taken() {
      return taken;
    }

    Flow next() {
      return next;
    }
  }

  /** Makes flows; a successor's id is smaller than its predecessors'. */
  final class Builder {
    private final List<Flow> all = new ArrayList<>();
    private final Map<Object, Flow> known = new HashMap<>();
    private final Verdicts verdicts;
    private final Flow end = add(new End(0));
    private final Flow reject;
    private final Flow accept = step(Insn.verdict(1), end);

    private record StepKey(Insn instruction, int next) {}

    private record ForkKey(Insn jump, int taken, int next) {}

    Builder(Verdicts verdicts) {
      this.verdicts = verdicts;
      this.reject = verdicts == Verdicts.ZERO_LAST ? step(Insn.verdict(0), end) : end;
    }

    /**
     * The way to a verdict.
     *
     * @param nonZero whether the verdict's register is known not to be 0
     */
    Flow end(boolean accepted, boolean nonZero) {
      if (!accepted) {
        return reject;
      }
      return nonZero ? end : accept;
    }

    /** The whole code, from the first instruction on. */
    Flow start(Flow flow) {
      return flow == accept || verdicts == Verdicts.ZERO_LAST ? flow : step(Insn.verdict(0), flow);
    }

    Flow step(Insn instruction, Flow next) {
      Flow computed = verdicts == Verdicts.COMPUTED ? computed(instruction, next) : null;
      return computed == null ? known(instruction, next) : computed;
    }

    // A load, a comparison of what it loaded, and a verdict each way.
    private @Nullable Flow computed(Insn load, Flow next) {
      if (!(next instanceof Fork fork)
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
      Flow behind = difference.immediate() == 0 ? end : known(difference, end);
      return known(load.to(0), behind);
    }

    private Flow known(Insn instruction, Flow next) {
      return known.computeIfAbsent(
          new StepKey(instruction, next.id()), _ -> add(new Step(all.size(), instruction, next)));
    }

    Flow fork(Insn jump, Flow taken, Flow next) {
      if (taken == next) {
        return next;
      }
      return known.computeIfAbsent(
          new ForkKey(jump, taken.id(), next.id()),
          _ -> add(new Fork(all.size(), jump, taken, next)));
    }

    int size() {
      return all.size();
    }

    private Flow add(Flow flow) {
      all.add(flow);
      return flow;
    }
  }
}
