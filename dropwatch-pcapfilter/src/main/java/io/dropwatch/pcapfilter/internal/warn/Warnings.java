package io.dropwatch.pcapfilter.internal.warn;

import io.dropwatch.pcapfilter.FilterWarning.Code;
import io.dropwatch.pcapfilter.internal.ast.Expression;
import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.JumpThreading;
import io.dropwatch.pcapfilter.internal.ir.Lowering;
import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.predicate.PacketView;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.source.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects the warnings of one expression. */
public final class Warnings {
  private final String expression;
  private final List<Warning> found = new ArrayList<>();

  Warnings(String expression) {
    this.expression = expression;
  }

  /** Returns all warnings, ordered by offset. */
  public static List<Warning> about(
      String expression, Expression tree, Predicate predicate, PacketView view) {
    Warnings warnings = new Warnings(expression);
    if (!(tree instanceof Expression.Everything) && warnings.mayMatch(predicate)) {
      new DeadAlternativeWarnings(warnings).visit(tree, predicate);
    }
    new PrecedenceWarnings(warnings).visit(tree, false);
    new EncapsulationWarnings(warnings, view).visit(tree);
    new CoverageWarnings(warnings).visit(tree);
    warnings.found.sort(Comparator.comparingInt(warning -> warning.span().start()));
    return List.copyOf(warnings.found);
  }

  void add(Code code, Span span, String message, @Nullable String fix) {
    found.add(new Warning(code, span, message, fix));
  }

  /** Returns the text of a part of the expression. */
  String words(Span span) {
    String text = expression.substring(span.start(), span.end()).strip();
    return text.length() <= 60 ? text : text.substring(0, 57) + "...";
  }

  private boolean mayMatch(Predicate predicate) {
    Graph graph = JumpThreading.thread(Lowering.lower(predicate));
    boolean accepts = false;
    boolean rejects = false;
    for (Node node : graph.nodes()) {
      if (node instanceof Node.Verdict verdict) {
        accepts |= verdict.accept();
        rejects |= !verdict.accept();
      }
    }
    Span all = new Span(0, expression.length());
    if (!accepts) {
      add(Code.MATCHES_NOTHING, all, "no packet can match this filter", null);
    } else if (!rejects) {
      add(
          Code.MATCHES_EVERYTHING,
          all,
          "every packet matches this filter if it is long enough for what the filter reads",
          null);
    }
    return accepts;
  }
}
