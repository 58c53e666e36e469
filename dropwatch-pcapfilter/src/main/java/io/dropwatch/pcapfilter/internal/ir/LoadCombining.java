package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Operand.Area;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Predicate.Relation;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Combines the comparisons of two nearby fields, where a packet must pass both, into one.
 *
 * <p>"Protocol is TCP" and "fragment offset is 0" are bytes 20 to 23: one load, one mask, one
 * comparison. Failing either comparison must reject the packet, and the wider load must end where
 * the farther field ends, so that no packet becomes too short.
 */
public final class LoadCombining {
  private static final int WIDTH = 4;

  private final GraphRewriter rewriting;
  private final Graph.Builder result;
  private final Set<Operand> shared = new HashSet<>();

  private LoadCombining(Graph graph) {
    this.rewriting = new GraphRewriter(graph);
    this.result = rewriting.result();
  }

  /** Returns an equivalent graph. */
  public static Graph combine(Graph graph) {
    LoadCombining pass = new LoadCombining(graph);
    pass.findShared(graph);
    for (Node node : graph.nodes()) {
      Node copy = pass.rewriting.copy(node);
      Node combined = pass.combined(copy);
      pass.rewriting.put(node, combined == null ? copy : combined);
    }
    return pass.rewriting.graph();
  }

  /**
   * A condition without which the packet is rejected: some bits at a constant offset have a value.
   *
   * @param offset first byte
   * @param size number of bytes
   * @param mask the bits that are compared
   * @param value their value
   * @param next what follows when the condition holds
   */
  private record Condition(int offset, int size, int mask, int value, Node next) {}

  // A field that several branches read is in a register already. Loading it again gains nothing.
  private void findShared(Graph graph) {
    Set<Operand> once = new HashSet<>();
    for (Node node : graph.nodes()) {
      Set<Operand> here = new HashSet<>();
      node.walkOperands(here::add);
      for (Operand operand : here) {
        if (!once.add(operand)) {
          shared.add(operand);
        }
      }
    }
  }

  private @Nullable Node combined(Node node) {
    Condition first = condition(node);
    Condition second = first == null ? null : condition(first.next());
    if (first == null || second == null) {
      return null;
    }
    int end = Math.max(first.offset() + first.size(), second.offset() + second.size());
    int start = end - WIDTH;
    if (start < 0 || start > Math.min(first.offset(), second.offset())) {
      return null;
    }
    int mask = widen(first, start, first.mask()) | widen(second, start, second.mask());
    int value = widen(first, start, first.value()) | widen(second, start, second.value());
    boolean contradiction =
        (widen(first, start, first.mask()) & widen(second, start, second.mask())) != 0;
    if (contradiction) {
      return null;
    }
    Operand wide = new Operand.Load(Area.WINDOW, null, start, WIDTH);
    Predicate.Compare test = (Predicate.Compare) Predicate.equal(wide, mask, value);
    return result.branch(test, second.next(), result.verdict(false));
  }

  private static int widen(Condition condition, int start, int bits) {
    int behind = start + WIDTH - condition.offset() - condition.size();
    return bits << (8 * behind);
  }

  private @Nullable Condition condition(Node node) {
    if (!(node instanceof Node.Branch branch)
        || !(branch.test().right() instanceof Operand.Constant(int constant))) {
      return null;
    }
    Operand left = branch.test().left();
    int mask = -1;
    if (left instanceof Operand.Binary b
        && b.operator() == Operand.Operator.AND
        && b.right() instanceof Operand.Constant(int and)) {
      left = b.left();
      mask = and;
    }
    if (!(left instanceof Operand.Load load)
        || load.area() != Area.WINDOW
        || load.index() != null
        || shared.contains(load)
        || load.offset() < 0
        || load.offset() > 0xffff) {
      return null;
    }
    int all = -1 >>> (32 - 8 * load.size());
    Relation relation = branch.test().relation();
    boolean equal = relation == Relation.EQUAL && branch.no() == result.verdict(false);
    boolean zero = relation == Relation.COMMON_BITS && branch.yes() == result.verdict(false);
    if (equal && (constant & ~(mask & all)) == 0) {
      return new Condition(load.offset(), load.size(), mask & all, constant, branch.yes());
    }
    if (zero && mask == -1) {
      return new Condition(load.offset(), load.size(), constant & all, 0, branch.no());
    }
    return null;
  }
}
