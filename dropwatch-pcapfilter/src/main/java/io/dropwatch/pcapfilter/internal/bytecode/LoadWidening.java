package io.dropwatch.pcapfilter.internal.bytecode;

import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.ir.Quantities;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import io.dropwatch.pcapfilter.internal.predicate.Quantity.Area;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which four bytes a read is part of, so that neighbouring fields are read together.
 *
 * <p>Each read of an array costs a check of its own by the JVM; reads of one width share a part of
 * it. So all reads are four bytes wide: both ports are one, and so are the EtherType and the length
 * of the IPv4 header behind it.
 */
final class LoadWidening {
  /** Bytes in a word. */
  static final int SIZE = 4;

  /** Farther reads than any packet has bytes stay what they are. */
  private static final int FAR = 1 << 24;

  private LoadWidening() {}

  /**
   * For each read of the window, the offset behind the last byte of its word. A word at a constant
   * offset may end within the usual bytes; any other ends with the last of the fields in it, unless
   * that is less than a word away from the window's start.
   */
  static Map<Quantity.Load, Integer> ends(Graph graph, int usual) {
    Map<Optional<Quantity>, SortedSet<Quantity.Load>> reads = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      switch (node) {
        case Node.Verdict _ -> {}
        case Node.Assign assign -> collect(assign.quantity(), reads);
        case Node.Branch branch -> {
          collect(branch.test().left(), reads);
          collect(branch.test().right(), reads);
        }
      }
    }
    Map<Quantity.Load, Integer> ends = new HashMap<>();
    reads.forEach((index, near) -> divide(near, index.isPresent() ? 0 : usual, ends));
    return ends;
  }

  private static void collect(
      Quantity quantity, Map<Optional<Quantity>, SortedSet<Quantity.Load>> reads) {
    Quantities.walk(
        quantity,
        part -> {
          if (part instanceof Quantity.Load load
              && load.area() == Area.WINDOW
              && load.offset() >= 0
              && load.offset() < FAR) {
            reads
                .computeIfAbsent(
                    Optional.ofNullable(load.index()),
                    _ ->
                        new TreeSet<>(
                            Comparator.comparingInt(Quantity.Load::offset)
                                .thenComparingInt(Quantity.Load::size)))
                .add(load);
          }
        });
  }

  private static void divide(
      SortedSet<Quantity.Load> reads, int usual, Map<Quantity.Load, Integer> ends) {
    List<Quantity.Load> word = new ArrayList<>();
    int end = 0;
    for (Quantity.Load read : reads) {
      int further = Math.max(end, read.offset() + read.size());
      if (!word.isEmpty() && further - word.getFirst().offset() > SIZE) {
        close(word, end, usual, ends);
        further = read.offset() + read.size();
      }
      word.add(read);
      end = further;
    }
    close(word, end, usual, ends);
  }

  private static void close(
      List<Quantity.Load> word, int end, int usual, Map<Quantity.Load, Integer> ends) {
    int longest = word.getFirst().offset() + SIZE;
    int last = longest <= usual ? longest : Math.max(SIZE, end);
    word.forEach(read -> ends.put(read, last));
    word.clear();
  }
}
