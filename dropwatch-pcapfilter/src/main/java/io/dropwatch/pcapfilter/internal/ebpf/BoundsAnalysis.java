package io.dropwatch.pcapfilter.internal.ebpf;

import io.dropwatch.pcapfilter.internal.ir.BackwardAnalysis;
import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.ir.Operands;
import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Operand.Area;
import io.dropwatch.pcapfilter.internal.predicate.Operand.Operator;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Predicate.Relation;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the graph below each node reads, and how long an accepted packet is at least.
 *
 * <p>The <em>minimum length</em> at a node is the number of bytes that every packet accepted from
 * there has: at each branch the larger of what the branch reads and the smaller of the minimum
 * lengths at its successors. A shorter packet is rejected on every path, sooner or later, so it may
 * be rejected at once. No other check can move forward without changing a verdict.
 */
final class BoundsAnalysis extends BackwardAnalysis<Node, BoundsAnalysis.Bounds> {
  /** Minimum length at a node from which no packet is accepted. */
  static final int NONE_ACCEPTED = Integer.MAX_VALUE;

  /** Stands for the index of reads that have none, or that are outside of the window. */
  private static final Operand NO_INDEX = new Operand.Variable(-1, 0);

  private final Set<Operand> asNumber = new HashSet<>();
  private final Set<Operand> otherwise = new HashSet<>();
  private final boolean early;
  private boolean metadata;

  /**
   * Analyzes a graph.
   *
   * @param early whether checks may be made before the reads that they are for, and the base may
   *     move
   */
  BoundsAnalysis(Graph graph, boolean early) {
    this.early = early;
    analyze(graph.nodes());
  }

  /**
   * The fact at a node, as the methods of the analysis explain it.
   *
   * @param checkLength at least {@code minLength}
   * @param indexMinLength by index
   * @param indexMaxLength by index
   * @param indices the indices of all reads, {@link #NO_INDEX} among them
   */
  record Bounds(
      int minLength,
      int checkLength,
      int maxLength,
      Map<Operand, Integer> indexMinLength,
      Map<Operand, Integer> indexMaxLength,
      Set<Operand> used,
      Set<Operand> indices) {

    int minLength(Operand index) {
      return minLength == NONE_ACCEPTED ? NONE_ACCEPTED : indexMinLength.getOrDefault(index, 0);
    }
  }

  /** Returns how many bytes every accepting path from the node reads at constant offsets. */
  int minLength(Node node) {
    return at(node).minLength;
  }

  /**
   * Returns how many bytes a check of the minimum length may cover: also those behind a variable
   * that the paths set to a constant. They are checked where they are read, so they alone are no
   * reason for a check.
   */
  int checkLength(Node node) {
    return at(node).checkLength;
  }

  /** Returns the largest check length at the node and below it. */
  int maxLength(Node node) {
    return at(node).maxLength;
  }

  /** Returns how many bytes behind an index every accepting path from the node reads. */
  int minLength(Node node, Operand index) {
    return at(node).minLength(index);
  }

  /** Returns the largest number of bytes behind an index that the node or one below it reads. */
  int maxLength(Node node, Operand index) {
    return at(node).indexMaxLength.getOrDefault(index, 0);
  }

  /** Returns whether the node or one below it reads behind the index. */
  boolean readsBehind(Node node, Operand index) {
    return at(node).indexMaxLength.containsKey(index);
  }

  /** Returns whether the node and all below it read the packet behind the index and only there. */
  boolean readsOnlyBehind(Node node, Operand index) {
    return early && at(node).indices.equals(Set.of(index));
  }

  /** Returns every number that the node or one below it reads, and what those are made of. */
  Set<Operand> used(Node node) {
    return at(node).used;
  }

  /** Returns whether a field is used anywhere but in comparisons for equality with a constant. */
  boolean asNumber(Operand load) {
    return asNumber.contains(load);
  }

  /** Returns whether a field is used nowhere but in comparisons with constant bounds. */
  boolean onlyRanges(Operand load) {
    return !otherwise.contains(load);
  }

  /** Returns whether anything reads metadata, the length on the wire included. */
  boolean metadata() {
    return metadata;
  }

  @Override
  protected Bounds exit(Node node) {
    int length = node instanceof Node.Verdict verdict && verdict.accept() ? 0 : NONE_ACCEPTED;
    return new Bounds(length, length, 0, Map.of(), Map.of(), Set.of(), Set.of());
  }

  @Override
  protected Bounds merge(Bounds a, Bounds b) {
    Map<Operand, Integer> indexMinLength = a.indexMinLength;
    if (a.minLength == NONE_ACCEPTED) {
      indexMinLength = b.indexMinLength;
    } else if (b.minLength != NONE_ACCEPTED) {
      indexMinLength = new HashMap<>(a.indexMinLength);
      indexMinLength.replaceAll((index, bytes) -> Math.min(bytes, b.minLength(index)));
    }
    return new Bounds(
        Math.min(a.minLength, b.minLength),
        Math.min(a.checkLength, b.checkLength),
        Math.max(a.maxLength, b.maxLength),
        indexMinLength,
        larger(a.indexMaxLength, b.indexMaxLength),
        union(a.used, b.used),
        union(a.indices, b.indices));
  }

  @Override
  protected Bounds transfer(Node node, Bounds below) {
    int checkLength = below.checkLength;
    Set<Operand> used = below.used;
    Map<Operand, Integer> indexMinLength = below.indexMinLength;
    switch (node) {
      case Node.Verdict _ -> throw new IllegalArgumentException("a verdict has no successors");
      case Node.Branch branch -> noteForms(branch.test());
      case Node.Assign assign -> {
        assign.walkOperands(this::noteNumber);
        checkLength = Math.max(checkLength, lengthBehind(assign, below));
        used = new HashSet<>(used);
        used.remove(assign.variable());
        // After the assignment the same index means another place.
        indexMinLength = new HashMap<>(indexMinLength);
        indexMinLength.keySet().removeIf(i -> Operands.mentions(i, assign.variable()));
      }
    }
    Set<Operand> reads = new HashSet<>();
    Set<Operand> indices = new HashSet<>();
    Map<Operand, Integer> ends = new HashMap<>();
    node.walkOperands(part -> collectEnds(part, ends));
    for (Operand operand : node.operands()) {
      collectUsed(operand, reads);
      collectIndices(operand, indices);
    }
    Integer constant = ends.remove(NO_INDEX);
    int end = constant == null ? 0 : constant;
    checkLength = Math.max(checkLength, end);
    return new Bounds(
        Math.max(below.minLength, end),
        checkLength,
        Math.max(below.maxLength, checkLength == NONE_ACCEPTED ? end : checkLength),
        larger(indexMinLength, ends),
        larger(below.indexMaxLength, ends),
        union(used, reads),
        union(below.indices, indices));
  }

  private int lengthBehind(Node.Assign assign, Bounds below) {
    if (!early || !(assign.operand() instanceof Operand.Constant(int index))) {
      return 0;
    }
    int behind = below.minLength(assign.variable());
    return behind == 0 || behind == NONE_ACCEPTED ? 0 : behind + index;
  }

  // Neighbours mostly have the same set or map, and then share it.
  private static Set<Operand> union(Set<Operand> a, Set<Operand> b) {
    if (a == b || a.containsAll(b)) {
      return a;
    }
    if (b.containsAll(a)) {
      return b;
    }
    Set<Operand> all = new HashSet<>(a);
    all.addAll(b);
    return all;
  }

  private static Map<Operand, Integer> larger(Map<Operand, Integer> a, Map<Operand, Integer> b) {
    if (a == b || b.isEmpty()) {
      return a;
    }
    if (a.isEmpty()) {
      return b;
    }
    Map<Operand, Integer> all = new HashMap<>(a);
    b.forEach((index, bytes) -> all.merge(index, bytes, Math::max));
    return all;
  }

  /** Notes where reads of the window end, by index. */
  private void collectEnds(Operand part, Map<Operand, Integer> ends) {
    switch (part) {
      case Operand.Metadata _, Operand.WireLength _ -> metadata = true;
      case Operand.Load load when load.area() == Area.MAC -> metadata = true;
      case Operand.Load load -> {
        long end = Integer.toUnsignedLong(load.offset()) + load.size();
        Operand index = load.index() == null ? NO_INDEX : load.index();
        ends.merge(index, (int) Math.min(end, NONE_ACCEPTED - 1), Math::max);
      }
      case Operand.Constant _, Operand.Variable _, Operand.Binary _ -> {}
    }
  }

  // An index counts as a whole. What it is made of is not worth a register of its own, except for
  // variables, which cannot be computed again.
  private static void collectUsed(Operand operand, Set<Operand> used) {
    Operands.walkOutsideIndices(
        operand,
        part -> {
          used.add(part);
          if (part instanceof Operand.Load load && load.index() != null) {
            used.add(load.index());
            Operands.walk(
                load.index(),
                each -> {
                  if (each instanceof Operand.Variable) {
                    used.add(each);
                  }
                });
          }
        });
  }

  // Reads that make up an index do not count: it is computed before the base moves.
  private static void collectIndices(Operand operand, Set<Operand> indices) {
    Operands.walkOutsideIndices(
        operand,
        part -> {
          if (part instanceof Operand.Load load) {
            boolean indexed = load.area() == Area.WINDOW && load.index() != null;
            indices.add(indexed ? load.index() : NO_INDEX);
          }
        });
  }

  // The byte order of a field does not matter for equality with a constant, masked or not.
  private void noteForms(Predicate.Compare test) {
    boolean equality = test.relation() == Relation.EQUAL || test.relation() == Relation.COMMON_BITS;
    boolean constant = test.right() instanceof Operand.Constant;
    if (constant && test.left() instanceof Operand.Load load) {
      (equality ? otherwise : asNumber).add(load);
      noteIndex(load);
    } else if (constant
        && equality
        && test.left() instanceof Operand.Binary(Operator operator, Operand left, Operand right)
        && operator == Operator.AND
        && left instanceof Operand.Load load
        && right instanceof Operand.Constant) {
      otherwise.add(load);
      noteIndex(load);
    } else {
      Operands.walk(test.left(), this::noteNumber);
      Operands.walk(test.right(), this::noteNumber);
    }
  }

  private void noteIndex(Operand.Load load) {
    if (load.index() != null) {
      Operands.walk(load.index(), this::noteNumber);
    }
  }

  private void noteNumber(Operand part) {
    if (part instanceof Operand.Load) {
      asNumber.add(part);
      otherwise.add(part);
    }
  }
}
