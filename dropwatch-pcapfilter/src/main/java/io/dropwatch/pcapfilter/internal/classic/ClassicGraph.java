package io.dropwatch.pcapfilter.internal.classic;

import io.dropwatch.pcapfilter.internal.codegen.CodeNode;
import io.dropwatch.pcapfilter.internal.codegen.CodeNode.End;
import io.dropwatch.pcapfilter.internal.codegen.CodeNode.Fork;
import io.dropwatch.pcapfilter.internal.codegen.CodeNode.Step;
import io.dropwatch.pcapfilter.internal.codegen.InstructionGraph;
import io.dropwatch.pcapfilter.internal.ir.BackwardAnalysis;

/** Builds classic BPF operations, leaving out those that do not matter to what follows. */
final class ClassicGraph extends InstructionGraph<Operation> {
  /** Bytes to keep of a match: tcpdump's default. */
  private static final int SNAPLEN = 262_144;

  private final Liveness liveness = new Liveness();
  private final CodeNode<Operation> reject = end(0);
  private final CodeNode<Operation> accept = end(SNAPLEN);

  /**
   * What follows a node.
   *
   * @param live the places that are read before they are written, see {@link Operation#reads}
   * @param minLength bytes that every packet has which is accepted from here on
   */
  private record Facts(int live, int minLength) {}

  private static final class Liveness extends BackwardAnalysis<CodeNode<Operation>, Facts> {
    @Override
    protected Facts exit(CodeNode<Operation> node) {
      boolean rejects = node instanceof End<Operation> end && end.result() == 0;
      return new Facts(0, rejects ? Integer.MAX_VALUE : 0);
    }

    @Override
    protected Facts merge(Facts first, Facts second) {
      return new Facts(first.live | second.live, Math.min(first.minLength, second.minLength));
    }

    @Override
    protected Facts transfer(CodeNode<Operation> node, Facts below) {
      Operation operation =
          switch (node) {
            case Step<Operation> step -> step.instruction();
            case Fork<Operation> fork -> fork.jump();
            case End<Operation> _ -> throw new IllegalArgumentException("an end has no successors");
          };
      return new Facts(
          (below.live & ~operation.writes()) | operation.reads(),
          Math.max(below.minLength, operation.end()));
    }
  }

  @Override
  protected CodeNode<Operation> added(CodeNode<Operation> node) {
    liveness.analyze(node);
    return node;
  }

  CodeNode<Operation> verdict(boolean accepted) {
    return accepted ? accept : reject;
  }

  /**
   * Returns the whole program. A variable that some path reads before it assigns it is 0; Linux
   * wants to see that written.
   */
  CodeNode<Operation> start(CodeNode<Operation> first) {
    CodeNode<Operation> start = first;
    for (int word = 0; word < Operation.WORDS; word++) {
      if (isLive(first, 1 << word)) {
        start = step(Operation.store(word), start);
      }
    }
    return isLive(start, Operation.A_BIT) ? step(Operation.constant(0), start) : start;
  }

  @Override
  public CodeNode<Operation> step(Operation operation, CodeNode<Operation> next) {
    // A packet that is too short for this read is rejected by a later one anyway.
    int end = operation.end();
    boolean readLater = end > 0 && end <= liveness.at(next).minLength;
    boolean unused = !isLive(next, operation.writes()) && (!operation.mayReject() || readLater);
    return next == reject || unused ? next : super.step(operation, next);
  }

  private boolean isLive(CodeNode<Operation> node, int places) {
    return (liveness.at(node).live & places) != 0;
  }
}
