package io.dropwatch.pcapfilter.internal.classic;

import java.util.HashMap;
import java.util.Map;

/** Operations and where they lead; two that mean the same are the same object. */
sealed interface Flow {

  /** Unique, and greater than those of its successors. */
  int id();

  /** The places whose contents it or what follows reads. */
  int live();

  /** Bytes that a packet has which is accepted from here on. */
  int reach();

  /** The end. */
  record End(int id, int result) implements Flow {
    @Override
    public int live() {
      return 0;
    }

    @Override
    public int reach() {
      return result == 0 ? Integer.MAX_VALUE : 0;
    }
  }

  /** An operation and the one behind it. */
  final class Step implements Flow {
    private final int id;
    private final Operation operation;
    private final Flow next;
    private final int live;
    private final int reach;

    private Step(int id, Operation operation, Flow next) {
      this.id = id;
      this.operation = operation;
      this.next = next;
      this.live = (next.live() & ~operation.writes()) | operation.reads();
      this.reach = Math.max(next.reach(), operation.end());
    }

    @Override
    public int reach() {
      return reach;
    }

    @Override
    public int id() {
      return id;
    }

    @Override
    public int live() {
      return live;
    }

    Operation operation() {
      return operation;
    }

    Flow next() {
      return next;
    }
  }

  /** A conditional jump. */
  final class Fork implements Flow {
    private final int id;
    private final Operation jump;
    private final Flow yes;
    private final Flow no;
    private final int live;
    private final int reach;

    private Fork(int id, Operation jump, Flow yes, Flow no) {
      this.id = id;
      this.jump = jump;
      this.yes = yes;
      this.no = no;
      this.live = yes.live() | no.live() | jump.reads();
      this.reach = Math.min(yes.reach(), no.reach());
    }

    @Override
    public int reach() {
      return reach;
    }

    @Override
    public int id() {
      return id;
    }

    @Override
    public int live() {
      return live;
    }

    Operation jump() {
      return jump;
    }

    Flow yes() {
      return yes;
    }

    Flow no() {
      return no;
    }
  }

  /** Makes flows. */
  final class Builder {
    /** Bytes to keep of a match: tcpdump's default. */
    private static final int SNAPLEN = 262_144;

    private final Map<Object, Flow> known = new HashMap<>();
    private final Flow reject = new End(0, 0);
    private final Flow accept = new End(1, SNAPLEN);
    private int size = 2;

    private record StepKey(Operation operation, int next) {}

    private record ForkKey(Operation jump, int yes, int no) {}

    Flow end(boolean accepted) {
      return accepted ? accept : reject;
    }

    /** The operation and what follows; without the operation where it does not matter. */
    Flow step(Operation operation, Flow next) {
      boolean unread = (operation.writes() & next.live()) == 0;
      boolean idle = !operation.mayReject() || inReach(operation, next);
      if (next == reject || (unread && idle)) {
        return next;
      }
      return known.computeIfAbsent(
          new StepKey(operation, next.id()), _ -> new Step(size++, operation, next));
    }

    // A packet too short for this read is rejected by a later one anyway.
    private static boolean inReach(Operation operation, Flow next) {
      return operation.end() > 0 && operation.end() <= next.reach();
    }

    Flow fork(Operation jump, Flow yes, Flow no) {
      if (yes == no) {
        return yes;
      }
      return known.computeIfAbsent(
          new ForkKey(jump, yes.id(), no.id()), _ -> new Fork(size++, jump, yes, no));
    }

    int size() {
      return size;
    }
  }
}
