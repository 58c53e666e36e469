package io.dropwatch.pcapfilter.internal.codegen;

import java.util.List;
import java.util.stream.Stream;

/**
 * A part of the code of one node, before it is known what follows the node.
 *
 * @param <I> an instruction
 */
public sealed interface CodeFragment<I> {

  /** Returns all instructions of the fragment. */
  Stream<I> instructions();

  /** An instruction that falls through. */
  record Plain<I>(I instruction) implements CodeFragment<I> {
    @Override
    public Stream<I> instructions() {
      return Stream.of(instruction);
    }
  }

  /** A jump that rejects the packet when it is taken. */
  record RejectIf<I>(I jump) implements CodeFragment<I> {
    @Override
    public Stream<I> instructions() {
      return Stream.of(jump);
    }
  }

  /** A jump between two sequences that meet again. */
  record Either<I>(I jump, List<I> taken, List<I> otherwise) implements CodeFragment<I> {
    @Override
    public Stream<I> instructions() {
      return Stream.concat(Stream.of(jump), Stream.concat(taken.stream(), otherwise.stream()));
    }
  }
}
