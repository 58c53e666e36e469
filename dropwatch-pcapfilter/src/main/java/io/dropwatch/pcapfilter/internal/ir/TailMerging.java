package io.dropwatch.pcapfilter.internal.ir;

import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.predicate.Quantity;
import io.dropwatch.pcapfilter.internal.predicate.Quantity.Area;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Lets a piece of the graph that reads behind a computed index serve a second time for a piece that
 * does the same at constant offsets.
 *
 * <p>The ports of TCP are 40 bytes behind an IPv6 header and as many bytes behind an IPv4 header as
 * that header says. Both ways put that number into a variable and share the comparisons.
 */
public final class TailMerging {
  /** Fewer branches are not worth a variable. */
  private static final int WORTH = 2;

  private final Graph graph;
  private final Map<Node, Shape> shapes = new HashMap<>();
  private final Map<ShapeKey, Integer> shapeIds = new HashMap<>();
  private final Map<Node, Target> aligned = new HashMap<>();
  private final GraphRewriter rewriting;
  private final Graph.Builder result;
  private final Map<Node, Node> renamed = new HashMap<>();
  private int nextVariable;

  private TailMerging(Graph graph) {
    this.graph = graph;
    this.rewriting = new GraphRewriter(graph);
    this.result = rewriting.result();
  }

  /** An equivalent graph. */
  public static Graph merge(Graph graph) {
    return new TailMerging(graph).run();
  }

  /**
   * A piece of the graph that reads behind one index only, or at constant offsets only.
   *
   * @param id equal for pieces that differ in nothing but the index and the place of the first read
   * @param index the index, null at constant offsets
   * @param first offset of the first read
   * @param branches number of branches, those counted twice that are reached twice; no more than
   *     are worth it
   */
  private record Shape(int id, @Nullable Quantity index, int first, int branches) {}

  private record ShapeKey(
      Predicate.Compare test, int yes, int yesDistance, int no, int noDistance) {}

  /** Where a node goes instead: {@code model} with its index replaced by the variable. */
  private record Target(Node model, Quantity.Variable variable, Quantity value) {}

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
    pair();
    if (aligned.isEmpty()) {
      return graph;
    }
    for (Node node : graph.nodes()) {
      rewriting.put(node, rebuild(node));
    }
    return rewriting.graph();
  }

  private void pair() {
    Map<Integer, Node> models = new HashMap<>();
    shapes.forEach(
        (node, shape) -> {
          if (shape.index() != null && shape.branches() >= WORTH) {
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
      long most = Quantities.max(modelShape.index());
      if (distance >= 0 && distance <= most && most <= 0xff) {
        Quantity.Variable variable = new Quantity.Variable(nextVariable, most);
        aligned.put(node, new Target(model, variable, Quantity.of(distance)));
        aligned.put(model, new Target(model, variable, modelShape.index()));
      }
    }
  }

  private @Nullable Shape shape(Node node) {
    if (!(node instanceof Node.Branch branch)) {
      return null;
    }
    Reads reads = new Reads();
    Quantities.walkOutsideIndices(branch.test().left(), reads::add);
    Quantities.walkOutsideIndices(branch.test().right(), reads::add);
    Shape yes = shapes.get(branch.yes());
    Shape no = shapes.get(branch.no());
    boolean fits =
        reads.count > 0
            && !reads.mixed
            && reads.follows(branch.yes(), yes)
            && reads.follows(branch.no(), no);
    if (!fits) {
      return null;
    }
    Predicate.Compare test =
        new Predicate.Compare(
            Quantities.moved(branch.test().left(), null, -reads.first),
            branch.test().relation(),
            Quantities.moved(branch.test().right(), null, -reads.first));
    ShapeKey key =
        new ShapeKey(
            test,
            id(branch.yes(), yes),
            yes == null ? 0 : yes.first() - reads.first,
            id(branch.no(), no),
            no == null ? 0 : no.first() - reads.first);
    int below = (yes == null ? 0 : yes.branches()) + (no == null ? 0 : no.branches());
    int branches = Math.min(WORTH, 1 + below);
    int number = shapeIds.computeIfAbsent(key, _ -> shapeIds.size());
    return new Shape(number, reads.index, reads.first, branches);
  }

  // Verdicts have no shape; they are told apart by negative numbers.
  private static int id(Node node, @Nullable Shape shape) {
    if (shape != null) {
      return shape.id();
    }
    return node instanceof Node.Verdict verdict && verdict.accept() ? -1 : -2;
  }

  /** The reads of one branch. */
  private static final class Reads {
    private int count;
    private int first;
    private boolean mixed;
    private @Nullable Quantity index;

    void add(Quantity part) {
      if (part instanceof Quantity.Variable) {
        mixed = true;
      }
      if (part instanceof Quantity.Load load) {
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
    Target target = aligned.get(node);
    if (target != null) {
      Node shared = rename(target.model(), target.variable());
      return result.assign(target.variable(), target.value(), shared);
    }
    return rewriting.copy(node);
  }

  private Node rename(Node model, Quantity.Variable variable) {
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

  private Node renamed(Node node, Quantity.Variable variable) {
    return switch (node) {
      case Node.Verdict verdict -> result.verdict(verdict.accept());
      case Node.Assign _ -> throw new IllegalStateException("a shape has branches only");
      case Node.Branch branch -> {
        Predicate.Compare test =
            new Predicate.Compare(
                Quantities.moved(branch.test().left(), variable, 0),
                branch.test().relation(),
                Quantities.moved(branch.test().right(), variable, 0));
        yield result.branch(test, renamedBefore(branch.yes()), renamedBefore(branch.no()));
      }
    };
  }

  private Node renamedBefore(Node node) {
    Node known = renamed.get(node);
    if (known == null) {
      throw new IllegalStateException("successors come first");
    }
    return known;
  }
}
