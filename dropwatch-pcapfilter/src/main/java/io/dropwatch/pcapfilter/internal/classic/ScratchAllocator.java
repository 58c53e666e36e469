package io.dropwatch.pcapfilter.internal.classic;

import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.LiveVariables;
import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;

/**
 * Allocates a scratch word to each variable of a graph. Variables that are never live at the same
 * time share one.
 */
final class ScratchAllocator {
  private final LiveVariables variables;
  private final List<BitSet> conflicts;
  private final List<Integer> words = new ArrayList<>();

  /**
   * Allocates.
   *
   * @throws UnsupportedOperationException if there are too few words
   */
  ScratchAllocator(Graph graph) {
    variables = new LiveVariables(graph);
    conflicts = Stream.generate(BitSet::new).limit(variables.variables().size()).toList();
    for (Node node : graph.nodes()) {
      if (node instanceof Node.Assign assign) {
        conflict(variables.index(assign.variable()), variables.live(assign.next()));
      }
    }
    // Variables that some path reads before it assigns them are 0 from the start, all at once.
    BitSet first = variables.live(graph.root());
    first.stream().forEach(variable -> conflict(variable, first));
    conflicts.forEach(this::allocate);
  }

  /** Returns how many words the variables have; those from this number on are free. */
  int count() {
    return words.stream().mapToInt(word -> word + 1).max().orElse(0);
  }

  /** Returns the word of a variable. */
  int word(Operand.Variable variable) {
    return words.get(variables.index(variable));
  }

  private void conflict(int variable, BitSet others) {
    others.stream()
        .filter(other -> other != variable)
        .forEach(
            other -> {
              conflicts.get(variable).set(other);
              conflicts.get(other).set(variable);
            });
  }

  /** Allocates the first word that no conflicting variable has. */
  private void allocate(BitSet conflicting) {
    BitSet taken = new BitSet();
    conflicting.stream()
        .filter(other -> other < words.size())
        .forEach(other -> taken.set(words.get(other)));
    int word = taken.nextClearBit(0);
    if (word >= Operation.WORDS) {
      throw OperandCodegen.outOfWords();
    }
    words.add(word);
  }
}
