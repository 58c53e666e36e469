package io.dropwatch.pcapfilter.internal.ebpf;

import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.ir.Quantities;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Predicate.Relation;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import io.dropwatch.pcapfilter.internal.predicate.Quantity.Area;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the graph below each node reads.
 *
 * <p>The <em>accepting reach</em> of a node is the least number of bytes that a packet accepted
 * from there must have: at each branch the larger of what the branch reads and the smaller of what
 * its two ways need. A packet with fewer bytes is rejected on every way, sooner or later, so it may
 * be rejected at once; no other check can be put earlier without changing a verdict.
 */
final class BoundsAnalysis {
  /** Accepting reach of a node from which no packet is accepted. */
  static final int NEVER = Integer.MAX_VALUE;

  private static final Set<Quantity> NOTHING = Set.of();

  /** Stands for reads that no single index anchors. */
  private static final Quantity ELSEWHERE = Quantity.of(0);

  private final Map<Node, Integer> reach = new HashMap<>();
  private final Map<Node, Integer> ahead = new HashMap<>();
  private final Map<Node, Integer> most = new HashMap<>();
  private final Map<Node, Map<Quantity, Integer>> indexReach = new HashMap<>();
  private final Map<Node, Map<Quantity, Integer>> indexMost = new HashMap<>();
  private final Map<Node, Set<Quantity>> used = new HashMap<>();
  private final Map<Node, Set<Quantity>> anchors = new HashMap<>();
  private final Set<Quantity> asNumber = new HashSet<>();
  private final Set<Quantity> otherwise = new HashSet<>();
  private final boolean early;
  private boolean metadata;

  private BoundsAnalysis(boolean early) {
    this.early = early;
  }

  /**
   * The needs of a graph.
   *
   * @param early whether checks may be made before the reads they are for, and the base may move
   */
  static BoundsAnalysis of(Graph graph, boolean early) {
    BoundsAnalysis needs = new BoundsAnalysis(early);
    for (Node node : graph.nodes()) {
      needs.add(node);
    }
    return needs;
  }

  /** Bytes that every accepting path from the node reads at constant offsets. */
  int reach(Node node) {
    return reach.getOrDefault(node, 0);
  }

  /**
   * The same, with reads behind a variable that a path sets to a constant. They are checked where
   * they are made, so this is no reason for a check, but one that is made may be for as much.
   */
  int ahead(Node node) {
    return ahead.getOrDefault(node, 0);
  }

  /** The largest reach of the node and of all below it. */
  int most(Node node) {
    return most.getOrDefault(node, 0);
  }

  /** Bytes behind an index that every accepting path from the node reads. */
  int reach(Node node, Quantity index) {
    return reach(node) == NEVER
        ? NEVER
        : indexReach.getOrDefault(node, Map.of()).getOrDefault(index, 0);
  }

  /** The largest number of bytes behind an index that the node or one below it reads. */
  int most(Node node, Quantity index) {
    return indexMost.getOrDefault(node, Map.of()).getOrDefault(index, 0);
  }

  /** Indices that loads of the node or below it use. */
  Set<Quantity> indices(Node node) {
    return indexMost.getOrDefault(node, Map.of()).keySet();
  }

  /** Every number that the node or one below it reads, and what those are made of. */
  Set<Quantity> used(Node node) {
    return used.getOrDefault(node, NOTHING);
  }

  /** Whether the node and all below it read the packet behind the index and nowhere else. */
  boolean readsOnlyBehind(Node node, Quantity index) {
    return early && anchors.getOrDefault(node, NOTHING).equals(Set.of(index));
  }

  /** Whether a field is anywhere used in another way than being compared for equality. */
  boolean asNumber(Quantity load) {
    return asNumber.contains(load);
  }

  /** Whether a field is nowhere used in another way than being compared with bounds. */
  boolean onlyRanges(Quantity load) {
    return !otherwise.contains(load);
  }

  /** Whether anything asks for what only the kernel knows, or for the length. */
  boolean metadata() {
    return metadata;
  }

  private void add(Node node) {
    switch (node) {
      case Node.Verdict verdict -> {
        reach.put(node, verdict.accept() ? 0 : NEVER);
        ahead.put(node, verdict.accept() ? 0 : NEVER);
        most.put(node, 0);
      }
      case Node.Branch branch -> {
        Predicate.Compare test = branch.test();
        numbers(test);
        Node yes = branch.yes();
        Node no = branch.no();
        Set<Quantity> all = new HashSet<>();
        Reads reads = new Reads(this);
        Quantities.walk(test.left(), reads::add);
        Quantities.walk(test.right(), reads::add);
        use(all, test.left());
        use(all, test.right());
        used.put(node, union(union(used(yes), used(no)), all));
        Set<Quantity> anchored = new HashSet<>();
        anchor(anchored, test.left());
        anchor(anchored, test.right());
        anchors.put(
            node,
            union(
                union(anchors.getOrDefault(yes, NOTHING), anchors.getOrDefault(no, NOTHING)),
                anchored));
        int below = Math.min(reach(yes), reach(no));
        reach.put(node, Math.max(reads.constant, below));
        ahead.put(node, Math.max(reads.constant, Math.min(ahead(yes), ahead(no))));
        Map<Quantity, Integer> indexBelow = new HashMap<>();
        if (reach(yes) == NEVER) {
          indexBelow.putAll(indexReach.getOrDefault(no, Map.of()));
        } else if (reach(no) == NEVER) {
          indexBelow.putAll(indexReach.getOrDefault(yes, Map.of()));
        } else {
          indexReach
              .getOrDefault(yes, Map.of())
              .forEach((index, n) -> indexBelow.put(index, Math.min(n, reach(no, index))));
        }
        finish(node, reads, indexBelow, Math.max(most(yes), most(no)), yes, no);
      }
      case Node.Assign assign -> {
        Quantities.walk(assign.quantity(), this::number);
        Node next = assign.next();
        Set<Quantity> all = new HashSet<>(used(next));
        all.remove(assign.variable());
        Reads reads = new Reads(this);
        Quantities.walk(assign.quantity(), reads::add);
        use(all, assign.quantity());
        used.put(node, all);
        Set<Quantity> anchored = new HashSet<>(anchors.getOrDefault(next, NOTHING));
        anchor(anchored, assign.quantity());
        anchors.put(node, anchored);
        reach.put(node, Math.max(reads.constant, reach(next)));
        ahead.put(node, Math.max(reads.constant, Math.max(ahead(next), known(assign))));
        Map<Quantity, Integer> below = new HashMap<>(indexReach.getOrDefault(next, Map.of()));
        // Behind the assignment the same index means another place.
        below.keySet().removeIf(index -> mentions(index, assign.variable()));
        finish(node, reads, below, most(next), next, next);
      }
    }
  }

  // Neighbours mostly use the same, and then share a set.
  private static Set<Quantity> union(Set<Quantity> a, Set<Quantity> b) {
    if (a == b || a.containsAll(b)) {
      return a;
    }
    if (b.containsAll(a)) {
      return b;
    }
    Set<Quantity> all = new HashSet<>(a);
    all.addAll(b);
    return all;
  }

  private int known(Node.Assign assign) {
    boolean constant = assign.quantity() instanceof Quantity.Constant;
    int behind = constant ? reach(assign.next(), assign.variable()) : 0;
    return behind == 0 || behind == NEVER || !early
        ? 0
        : behind + ((Quantity.Constant) assign.quantity()).value();
  }

  private void finish(
      Node node, Reads reads, Map<Quantity, Integer> below, int mostBelow, Node a, Node b) {
    reads.indexed.forEach((index, n) -> below.merge(index, n, Math::max));
    indexReach.put(node, below);
    int own = ahead(node) == NEVER ? 0 : ahead(node);
    most.put(node, Math.max(mostBelow, Math.max(own, reads.constant)));
    Map<Quantity, Integer> largest = new HashMap<>(reads.indexed);
    indexMost.getOrDefault(a, Map.of()).forEach((i, n) -> largest.merge(i, n, Math::max));
    indexMost.getOrDefault(b, Map.of()).forEach((i, n) -> largest.merge(i, n, Math::max));
    indexMost.put(node, largest);
  }

  // An index counts as a whole: what it is made of is not worth a register of its own, but for
  // variables, which cannot be computed again.
  private static void use(Set<Quantity> all, Quantity quantity) {
    all.add(quantity);
    switch (quantity) {
      case Quantity.Binary binary -> {
        use(all, binary.left());
        use(all, binary.right());
      }
      case Quantity.Load load -> {
        if (load.index() != null) {
          all.add(load.index());
          Quantities.walk(
              load.index(),
              part -> {
                if (part instanceof Quantity.Variable) {
                  all.add(part);
                }
              });
        }
      }
      case Quantity.Constant _,
          Quantity.WireLength _,
          Quantity.Metadata _,
          Quantity.Variable _ -> {}
    }
  }

  // The reads that make up an index do not count: it has been computed when the base moves.
  private static void anchor(Set<Quantity> anchored, Quantity quantity) {
    switch (quantity) {
      case Quantity.Binary binary -> {
        anchor(anchored, binary.left());
        anchor(anchored, binary.right());
      }
      case Quantity.Load load -> {
        boolean indexed = load.area() == Area.WINDOW && load.index() != null;
        anchored.add(indexed ? load.index() : ELSEWHERE);
      }
      case Quantity.Constant _,
          Quantity.WireLength _,
          Quantity.Metadata _,
          Quantity.Variable _ -> {}
    }
  }

  private static boolean mentions(Quantity quantity, Quantity part) {
    Set<Quantity> parts = new HashSet<>();
    Quantities.walk(quantity, parts::add);
    return parts.contains(part);
  }

  /** Collects what one node reads itself. */
  private static final class Reads {
    private final BoundsAnalysis needs;
    private final Map<Quantity, Integer> indexed = new HashMap<>();
    private int constant;

    Reads(BoundsAnalysis needs) {
      this.needs = needs;
    }

    void add(Quantity part) {
      if (part instanceof Quantity.Metadata || part instanceof Quantity.WireLength) {
        needs.metadata = true;
      }
      if (part instanceof Quantity.Load load) {
        if (load.area() == Area.MAC) {
          needs.metadata = true;
        } else {
          long end = Integer.toUnsignedLong(load.offset()) + load.size();
          int bytes = (int) Math.min(end, Integer.MAX_VALUE - 1);
          if (load.index() == null) {
            constant = Math.max(constant, bytes);
          } else {
            indexed.merge(load.index(), bytes, Math::max);
          }
        }
      }
    }
  }

  // Byte order does not matter to equality with a constant, masked or not.
  private void numbers(Predicate.Compare test) {
    boolean equality =
        test.right() instanceof Quantity.Constant
            && (test.relation() == Relation.EQUAL || test.relation() == Relation.COMMON_BITS);
    Quantity left = test.left();
    if (!equality
        && left instanceof Quantity.Load load
        && test.right() instanceof Quantity.Constant) {
      index(load);
      asNumber.add(load);
    } else if (equality && left instanceof Quantity.Load load) {
      otherwise.add(load);
      index(load);
    } else if (equality
        && left instanceof Quantity.Binary b
        && b.operator() == Quantity.Operator.AND
        && b.left() instanceof Quantity.Load load
        && b.right() instanceof Quantity.Constant) {
      otherwise.add(load);
      index(load);
    } else {
      Quantities.walk(left, this::number);
      Quantities.walk(test.right(), this::number);
    }
  }

  private void index(Quantity.Load load) {
    if (load.index() != null) {
      Quantities.walk(load.index(), this::number);
    }
  }

  private void number(Quantity part) {
    if (part instanceof Quantity.Load) {
      asNumber.add(part);
      otherwise.add(part);
    }
  }
}
