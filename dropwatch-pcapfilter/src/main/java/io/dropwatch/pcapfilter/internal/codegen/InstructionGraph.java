package io.dropwatch.pcapfilter.internal.codegen;

import io.dropwatch.pcapfilter.internal.codegen.CodeNode.End;
import io.dropwatch.pcapfilter.internal.codegen.CodeNode.Fork;
import io.dropwatch.pcapfilter.internal.codegen.CodeNode.Step;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds instructions and where they lead, successors first. Equal code becomes one node.
 *
 * @param <I> an instruction; a value
 */
public class InstructionGraph<I> {
  private final Map<Key, CodeNode<I>> known = new HashMap<>();

  private record Key(Object content, @Nullable Object taken, @Nullable Object next) {}

  /** For subclasses. */
  protected InstructionGraph() {}

  /** Called for each new node, after its successors; returns the node. */
  protected CodeNode<I> added(CodeNode<I> node) {
    return node;
  }

  /** Returns the end with a result. */
  protected final CodeNode<I> end(int result) {
    return known.computeIfAbsent(
        new Key(result, null, null), _ -> added(new End<>(known.size(), result)));
  }

  /** Returns the instruction, followed by {@code next}. */
  public CodeNode<I> step(I instruction, CodeNode<I> next) {
    return known.computeIfAbsent(
        new Key(instruction, null, next), _ -> added(new Step<>(known.size(), instruction, next)));
  }

  /** Returns the conditional jump; its target alone where it leads to one place. */
  public CodeNode<I> fork(I jump, CodeNode<I> taken, CodeNode<I> next) {
    return taken == next
        ? next
        : known.computeIfAbsent(
            new Key(jump, taken, next), _ -> added(new Fork<>(known.size(), jump, taken, next)));
  }
}
