package io.dropwatch.pcapfilter.internal.warn;

import io.dropwatch.pcapfilter.FilterWarning.Code;
import io.dropwatch.pcapfilter.internal.ast.Expression;
import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.JumpThreading;
import io.dropwatch.pcapfilter.internal.ir.Lowering;
import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.source.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Alternatives that no packet can match: {@code tcp and udp or icmp}. What must hold before an
 * alternative is asked counts, as in {@code tcp and (udp or port 80)}.
 */
final class DeadAlternativeWarnings {
  /** How many parts are looked at; nobody reads more warnings, and long lists have no traps. */
  private static final int MOST = 100;

  /** Operands of a chain that is looked at; longer ones are lists. */
  private static final int LONGEST = 200;

  private final Warnings warnings;
  private int looked;

  DeadAlternativeWarnings(Warnings warnings) {
    this.warnings = warnings;
  }

  void visit(Expression tree, Predicate whole) {
    visit(tree, whole, null);
  }

  /**
   * Looks for dead alternatives.
   *
   * @param before what holds when the predicate is asked; null: nothing
   */
  private void visit(Expression e, Predicate predicate, @Nullable Predicate before) {
    switch (e) {
      case Expression.Group group -> visit(group.inner(), predicate, before);
      case Expression.Qualified qualified -> visit(qualified.values(), predicate, before);
      case Expression.Not not -> {
        if (predicate instanceof Predicate.Not negated) {
          visit(not.operand(), negated.operand(), before);
        }
      }
      case Expression.Chain chain -> {
        if (predicate instanceof Predicate.Chain operands && chain.operands().size() <= LONGEST) {
          chain(chain.operands(), operands, before);
        }
      }
      case Expression.Everything _, Expression.Value _, Expression.Primitive _ -> {}
    }
  }

  private void chain(List<Expression> written, Predicate.Chain chain, @Nullable Predicate before) {
    List<Boolean> and = chain.conjunctions();
    Predicate holds = before;
    for (int i = 0; i < written.size(); i++) {
      boolean joined = i > 0 && and.get(i - 1);
      boolean alternativeFollows = i < and.size() && !and.get(i);
      Predicate operand = chain.operands().get(i);
      Predicate known = joined ? holds : before;
      boolean alternative = i == 0 ? alternativeFollows : !joined;
      if (alternative && isDead(operand, known)) {
        tell(written.get(i).span());
      } else {
        visit(written.get(i), operand, known);
      }
      Predicate left = prefix(chain, i);
      holds = before == null ? left : Predicate.all(before, left);
      if (joined && alternativeFollows && isDead(left, before)) {
        tell(written.getFirst().span().to(written.get(i).span()));
      }
    }
  }

  /** The operands up to this one. */
  private static Predicate prefix(Predicate.Chain chain, int last) {
    return new Predicate.Chain(
        chain.operands().subList(0, last + 1), chain.conjunctions().subList(0, last));
  }

  private boolean isDead(Predicate part, @Nullable Predicate before) {
    if (looked >= MOST) {
      return false;
    }
    looked++;
    Predicate asked = before == null ? part : Predicate.all(before, part);
    Graph graph = JumpThreading.thread(Lowering.lower(asked));
    for (Node node : graph.nodes()) {
      if (node instanceof Node.Verdict verdict && verdict.accept()) {
        return false;
      }
    }
    return true;
  }

  private void tell(Span part) {
    warnings.add(Code.MATCHES_NOTHING, part, "no packet can match this part of the filter", null);
  }
}
