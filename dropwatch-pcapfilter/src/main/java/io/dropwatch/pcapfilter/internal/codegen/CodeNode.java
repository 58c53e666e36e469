package io.dropwatch.pcapfilter.internal.codegen;

import io.dropwatch.pcapfilter.internal.ir.GraphNode;
import java.util.List;

/**
 * A node of an instruction graph. Equal nodes of one graph are the same object.
 *
 * @param <I> an instruction
 */
public abstract sealed class CodeNode<I> implements GraphNode<CodeNode<I>> {
  private final int id;

  private CodeNode(int id) {
    this.id = id;
  }

  @Override
  public final int id() {
    return id;
  }

  /** The end of the program. */
  public static final class End<I> extends CodeNode<I> {
    private final int result;

    End(int id, int result) {
      super(id);
      this.result = result;
    }

    /** Returns what the program returns here, as far as the end says it. */
    public int result() {
      return result;
    }

    @Override
    public List<CodeNode<I>> successors() {
      return List.of();
    }
  }

  /** An instruction that falls through. */
  public static final class Step<I> extends CodeNode<I> {
    private final I instruction;
    private final CodeNode<I> next;

    Step(int id, I instruction, CodeNode<I> next) {
      super(id);
      this.instruction = instruction;
      this.next = next;
    }

    /** Returns the instruction. */
    public I instruction() {
      return instruction;
    }

    /** Returns the node that follows. */
    public CodeNode<I> next() {
      return next;
    }

    @Override
    public List<CodeNode<I>> successors() {
      return List.of(next);
    }
  }

  /** A conditional jump. */
  public static final class Fork<I> extends CodeNode<I> {
    private final I jump;
    private final CodeNode<I> taken;
    private final CodeNode<I> next;

    Fork(int id, I jump, CodeNode<I> taken, CodeNode<I> next) {
      super(id);
      this.jump = jump;
      this.taken = taken;
      this.next = next;
    }

    /** Returns the jump. */
    public I jump() {
      return jump;
    }

    /** Returns the target of the jump. */
    public CodeNode<I> taken() {
      return taken;
    }

    /** Returns the node that follows when the jump is not taken. */
    public CodeNode<I> next() {
      return next;
    }

    @Override
    public List<CodeNode<I>> successors() {
      return List.of(taken, next);
    }
  }
}
