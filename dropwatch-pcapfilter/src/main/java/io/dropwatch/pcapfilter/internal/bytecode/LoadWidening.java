package io.dropwatch.pcapfilter.internal.bytecode;

import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Operand.Area;
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
 * Widens loads to words of four bytes, so that nearby fields are loaded together.
 *
 * <p>The JVM checks the bounds of each load from an array, and loads of one width share part of the
 * check. So all loads have four bytes: both ports are one load, and so are the EtherType and the
 * IPv4 header length after it.
 */
final class LoadWidening {
  /** Bytes in a word. */
  static final int SIZE = 4;

  /** Loads from here on stay as they are: no packet has so many bytes. */
  private static final int MAX_OFFSET = 1 << 24;

  private LoadWidening() {}

  /**
   * Returns, for each load from the window, the end of its word. A word at a constant offset may
   * end anywhere within the usual bytes. Any other word ends with the last field in it, unless it
   * would start before the window.
   */
  static Map<Operand.Load, Integer> ends(Graph graph, int usual) {
    Map<Optional<Operand>, SortedSet<Operand.Load>> loads = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      node.walkOperands(part -> collect(part, loads));
    }
    Map<Operand.Load, Integer> ends = new HashMap<>();
    loads.forEach((index, near) -> divide(near, index.isPresent() ? 0 : usual, ends));
    return ends;
  }

  private static void collect(Operand part, Map<Optional<Operand>, SortedSet<Operand.Load>> loads) {
    if (part instanceof Operand.Load load
        && load.area() == Area.WINDOW
        && load.offset() >= 0
        && load.offset() < MAX_OFFSET) {
      Comparator<Operand.Load> order =
          Comparator.comparingInt(Operand.Load::offset).thenComparingInt(Operand.Load::size);
      loads.computeIfAbsent(Optional.ofNullable(load.index()), _ -> new TreeSet<>(order)).add(load);
    }
  }

  private static void divide(
      SortedSet<Operand.Load> loads, int usual, Map<Operand.Load, Integer> ends) {
    List<Operand.Load> word = new ArrayList<>();
    int end = 0;
    for (Operand.Load load : loads) {
      int further = Math.max(end, load.offset() + load.size());
      if (!word.isEmpty() && further - word.getFirst().offset() > SIZE) {
        close(word, end, usual, ends);
        further = load.offset() + load.size();
      }
      word.add(load);
      end = further;
    }
    close(word, end, usual, ends);
  }

  private static void close(
      List<Operand.Load> word, int end, int usual, Map<Operand.Load, Integer> ends) {
    int longest = word.getFirst().offset() + SIZE;
    int last = longest <= usual ? longest : Math.max(SIZE, end);
    word.forEach(load -> ends.put(load, last));
    word.clear();
  }
}
