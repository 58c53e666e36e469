package io.dropwatch.pcapfilter.internal.classic;

import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.ir.Quantities;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which scratch word each variable of a graph has; variables of which never two are of use at a
 * time share one.
 */
final class ScratchAllocator {
  private final Map<Quantity.Variable, Integer> numbers = new HashMap<>();
  private final List<BitSet> conflicts = new ArrayList<>();
  private final Map<Node, BitSet> live = new HashMap<>();
  private final List<Integer> words = new ArrayList<>();
  private int count;

  private ScratchAllocator() {}

  static ScratchAllocator of(Graph graph) {
    ScratchAllocator words = new ScratchAllocator();
    for (Node node : graph.nodes()) {
      words.live.put(node, words.liveAt(node));
    }
    // Those that some path reads without having assigned them are 0 from the start, all at once.
    BitSet first = words.liveAt(graph.root());
    first.stream().forEach(variable -> words.conflict(variable, first));
    words.live.clear();
    words.choose();
    return words;
  }

  /** How many words the variables have: those from this number on are free. */
  int count() {
    return count;
  }

  /** The variable's word. */
  int word(Quantity.Variable variable) {
    return words.get(number(variable));
  }

  private int number(Quantity.Variable variable) {
    Integer number = numbers.get(variable);
    if (number == null) {
      number = conflicts.size();
      numbers.put(variable, number);
      conflicts.add(new BitSet());
      words.add(0);
    }
    return number;
  }

  private BitSet liveAt(Node node) {
    return switch (node) {
      case Node.Verdict _ -> new BitSet();
      case Node.Branch branch -> {
        BitSet all = (BitSet) below(branch.yes()).clone();
        all.or(below(branch.no()));
        use(branch.test().left(), all);
        use(branch.test().right(), all);
        yield all;
      }
      case Node.Assign assign -> {
        BitSet all = (BitSet) below(assign.next()).clone();
        int variable = number(assign.variable());
        conflict(variable, all);
        all.clear(variable);
        use(assign.quantity(), all);
        yield all;
      }
    };
  }

  private BitSet below(Node node) {
    return live.getOrDefault(node, new BitSet());
  }

  private void use(Quantity quantity, BitSet all) {
    Quantities.walk(
        quantity,
        part -> {
          if (part instanceof Quantity.Variable variable) {
            all.set(number(variable));
          }
        });
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

  private void choose() {
    for (int variable = 0; variable < conflicts.size(); variable++) {
      BitSet taken = new BitSet();
      int self = variable;
      conflicts.get(variable).stream()
          .filter(other -> other < self)
          .forEach(other -> taken.set(words.get(other)));
      int word = taken.nextClearBit(0);
      words.set(variable, word);
      count = Math.max(count, word + 1);
    }
    if (count > Operation.WORDS) {
      throw ClassicNodeCodegen.noRoom();
    }
  }
}
