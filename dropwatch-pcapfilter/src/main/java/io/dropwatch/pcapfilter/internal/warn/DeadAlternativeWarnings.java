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
 * Warnings about alternatives that no packet can match: {@code tcp and udp or icmp}. Conditions
 * that hold before an alternative is evaluated count, as in {@code tcp and (udp or port 80)}.
 */
final class DeadAlternativeWarnings {
  /** Alternatives that are analyzed at most: each costs a compilation. */
  private static final int MAX_ANALYZED = 100;

  /** Operands of a chain that is analyzed; longer ones are lists of values. */
  private static final int MAX_OPERANDS = 200;

  private final Warnings warnings;
  private int analyzed;

  DeadAlternativeWarnings(Warnings warnings) {
    this.warnings = warnings;
  }

  void visit(Expression tree, Predicate whole) {
    visit(tree, whole, null);
  }

  /**
   * Finds dead alternatives.
   *
   * @param before what holds when the predicate is evaluated; null: nothing
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
        if (predicate instanceof Predicate.Chain operands
            && chain.operands().size() <= MAX_OPERANDS) {
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

  /** Returns the operands up to this one. */
  private static Predicate prefix(Predicate.Chain chain, int last) {
    return new Predicate.Chain(
        chain.operands().subList(0, last + 1), chain.conjunctions().subList(0, last));
  }

  private boolean isDead(Predicate part, @Nullable Predicate before) {
    if (analyzed >= MAX_ANALYZED) {
      return false;
    }
    analyzed++;
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
    warnings.add(
        new Finding(
            Code.MATCHES_NOTHING, part, "no packet can match this part of the filter", null, null));
  }
}
