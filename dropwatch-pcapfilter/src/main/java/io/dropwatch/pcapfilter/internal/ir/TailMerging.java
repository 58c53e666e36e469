package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Operand;
import io.dropwatch.pcapfilter.internal.predicate.Operand.Area;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Merges two parts of a graph that differ only in where they read: one behind a computed index, the
 * other at constant offsets.
 *
 * <p>TCP ports follow an IPv6 header of 40 bytes, or an IPv4 header of the length that it states.
 * Both paths assign that length to a variable and then share the comparisons.
 */
public final class TailMerging {
  /** Fewer branches are not worth a variable. */
  private static final int MIN_BRANCHES = 2;

  private final Graph graph;
  private final Map<Node, Shape> shapes = new HashMap<>();
  private final Map<ShapeKey, Integer> shapeIds = new HashMap<>();
  private final Map<Node, Target> merged = new HashMap<>();
  private final GraphRewriter rewriting;
  private final Graph.Builder result;
  private final Map<Node, Node> renamed = new HashMap<>();
  private int nextVariable;

  private TailMerging(Graph graph) {
    this.graph = graph;
    this.rewriting = new GraphRewriter(graph);
    this.result = rewriting.result();
  }

  /** Returns an equivalent graph. */
  public static Graph merge(Graph graph) {
    return new TailMerging(graph).run();
  }

  /**
   * A part of the graph that reads behind one index only, or at constant offsets only.
   *
   * @param id equal for parts that differ only in the index and the offset of the first read
   * @param index the index; null at constant offsets
   * @param first offset of the first read
   * @param branches number of branches, counted once for each way to them, up to {@link
   *     #MIN_BRANCHES}
   */
  private record Shape(int id, @Nullable Operand index, int first, int branches) {}

  private record ShapeKey(
      Predicate.Compare test, int yes, int yesDistance, int no, int noDistance) {}

  /** What replaces a node: {@code model}, with its index in the variable. */
  private record Target(Node model, Operand.Variable variable, Operand value) {}

  private Graph run() {
    for (Node node : graph.nodes()) {
      Shape shape = shape(node);
      if (shape != null) {
        shapes.put(node, shape);
      }
      if (node instanceof Node.Assign assign) {
        nextVariable = Math.max(nextVariable, assign.variable().id() + 1);
      }
    }
    findPairs();
    if (merged.isEmpty()) {
      return graph;
    }
    for (Node node : graph.nodes()) {
      rewriting.put(node, rebuild(node));
    }
    return rewriting.graph();
  }

  private void findPairs() {
    Map<Integer, Node> models = new HashMap<>();
    shapes.forEach(
        (node, shape) -> {
          if (shape.index() != null && shape.branches() >= MIN_BRANCHES) {
            models.merge(shape.id(), node, (a, b) -> a.id() < b.id() ? a : b);
          }
        });
    List<Node> nodes = new ArrayList<>(graph.nodes());
    for (Node node : nodes) {
      Shape shape = shapes.get(node);
      Node model = shape == null || shape.index() != null ? null : models.get(shape.id());
      Shape modelShape = model == null ? null : shapes.get(model);
      if (shape == null || model == null || modelShape == null || modelShape.index() == null) {
        continue;
      }
      int distance = shape.first() - modelShape.first();
      long max = Operands.max(modelShape.index());
      if (distance >= 0 && distance <= max && max <= 0xff) {
        Operand.Variable variable = new Operand.Variable(nextVariable, max);
        merged.put(node, new Target(model, variable, Operand.of(distance)));
        merged.put(model, new Target(model, variable, modelShape.index()));
      }
    }
  }

  private @Nullable Shape shape(Node node) {
    if (!(node instanceof Node.Branch branch)) {
      return null;
    }
    BranchLoads loads = new BranchLoads();
    branch.operands().forEach(each -> Operands.walkOutsideIndices(each, loads::add));
    Shape yes = shapes.get(branch.yes());
    Shape no = shapes.get(branch.no());
    boolean fits =
        loads.count > 0
            && !loads.mixed
            && loads.follows(branch.yes(), yes)
            && loads.follows(branch.no(), no);
    if (!fits) {
      return null;
    }
    ShapeKey key =
        new ShapeKey(
            moved(branch.test(), null, -loads.first),
            id(branch.yes(), yes),
            yes == null ? 0 : yes.first() - loads.first,
            id(branch.no(), no),
            no == null ? 0 : no.first() - loads.first);
    int below = (yes == null ? 0 : yes.branches()) + (no == null ? 0 : no.branches());
    int branches = Math.min(MIN_BRANCHES, 1 + below);
    int number = shapeIds.computeIfAbsent(key, _ -> shapeIds.size());
    return new Shape(number, loads.index, loads.first, branches);
  }

  // Verdicts have no shape, but ids of their own.
  private static int id(Node node, @Nullable Shape shape) {
    if (shape != null) {
      return shape.id();
    }
    return node instanceof Node.Verdict verdict && verdict.accept() ? -1 : -2;
  }

  /** The loads of one branch. */
  private static final class BranchLoads {
    private int count;
    private int first;
    private boolean mixed;
    private @Nullable Operand index;

    void add(Operand part) {
      if (part instanceof Operand.Variable) {
        mixed = true;
      }
      if (part instanceof Operand.Load load) {
        mixed |= load.area() != Area.WINDOW || load.offset() < 0 || load.offset() > 0xffff;
        if (count++ == 0) {
          first = load.offset();
          index = load.index();
        } else {
          mixed |= !Objects.equals(index, load.index());
        }
      }
    }

    boolean follows(Node node, @Nullable Shape shape) {
      return shape == null ? node instanceof Node.Verdict : Objects.equals(index, shape.index());
    }
  }

  private Node rebuild(Node node) {
    Target target = merged.get(node);
    if (target != null) {
      Node shared = rename(target.model(), target.variable());
      return result.assign(target.variable(), target.value(), shared);
    }
    return rewriting.copy(node);
  }

  private Node rename(Node model, Operand.Variable variable) {
    PostOrder.run(
        model,
        node -> {
          for (Node successor : node.successors()) {
            if (!renamed.containsKey(successor)) {
              return successor;
            }
          }
          renamed.computeIfAbsent(node, each -> renamed(each, variable));
          return null;
        });
    return renamedBefore(model);
  }

  private Node renamed(Node node, Operand.Variable variable) {
    return switch (node) {
      case Node.Verdict verdict -> result.verdict(verdict.accept());
      case Node.Assign _ -> throw new IllegalStateException("a shape has no assignments");
      case Node.Branch branch ->
          result.branch(
              moved(branch.test(), variable, 0),
              renamedBefore(branch.yes()),
              renamedBefore(branch.no()));
    };
  }

  private static Predicate.Compare moved(
      Predicate.Compare test, @Nullable Operand index, int distance) {
    return new Predicate.Compare(
        Operands.moved(test.left(), index, distance),
        test.relation(),
        Operands.moved(test.right(), index, distance));
  }

  private Node renamedBefore(Node node) {
    Node known = renamed.get(node);
    if (known == null) {
      throw new IllegalStateException("node %d has no replacement yet".formatted(node.id()));
    }
    return known;
  }
}
