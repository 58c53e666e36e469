package io.dropwatch.pcapfilter.internal.codegen;

import io.dropwatch.pcapfilter.internal.ir.GraphNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node of an instruction graph. Equal nodes of one graph are the same object.
 *
 * @param <I> an instruction
 */
public sealed interface CodeNode<I> extends GraphNode<CodeNode<I>> {

  /** The end of the program, with the constant that it returns where the end says that. */
  record End<I>(int id, int result) implements CodeNode<I> {
    @Override
    public List<CodeNode<I>> successors() {
      return List.of();
    }
  }

  /** An instruction that falls through. */
  record Step<I>(int id, I instruction, CodeNode<I> next) implements CodeNode<I> {
    @Override
    public List<CodeNode<I>> successors() {
      return List.of(next);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return id;
    }
  }

  /** A conditional jump to {@code taken}; otherwise {@code next} follows. */
  record Fork<I>(int id, I jump, CodeNode<I> taken, CodeNode<I> next) implements CodeNode<I> {
    @Override
    public List<CodeNode<I>> successors() {
      return List.of(taken, next);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return id;
    }
  }
}
