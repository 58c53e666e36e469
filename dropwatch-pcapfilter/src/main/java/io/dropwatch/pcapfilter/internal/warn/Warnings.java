package io.dropwatch.pcapfilter.internal.warn;

import io.dropwatch.pcapfilter.FilterOptions;
import io.dropwatch.pcapfilter.FilterWarning.Code;
import io.dropwatch.pcapfilter.internal.ast.Expression;
import io.dropwatch.pcapfilter.internal.ast.Parser;
import io.dropwatch.pcapfilter.internal.ast.Printer;
import io.dropwatch.pcapfilter.internal.check.Checker;
import io.dropwatch.pcapfilter.internal.ir.Graph;
import io.dropwatch.pcapfilter.internal.ir.JumpThreading;
import io.dropwatch.pcapfilter.internal.ir.Lowering;
import io.dropwatch.pcapfilter.internal.ir.Node;
import io.dropwatch.pcapfilter.internal.predicate.PacketView;
import io.dropwatch.pcapfilter.internal.predicate.Predicate;
import io.dropwatch.pcapfilter.internal.source.Span;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;
import io.dropwatch.pcapfilter.internal.token.Lexer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Collects the warnings of one expression. */
public final class Warnings {
  /** Longer expressions, in UTF-16 code units, get no suggestions. */
  private static final int MAX_REWRITTEN = 16_384;

  private final String expression;
  private final PacketView view;
  private final List<Finding> found = new ArrayList<>();

  private Warnings(String expression, PacketView view) {
    this.expression = expression;
    this.view = view;
  }

  /** Returns all warnings, ordered by offset. */
  public static List<Warning> about(
      String expression,
      Expression tree,
      Predicate predicate,
      PacketView view,
      FilterOptions options) {
    Warnings warnings = new Warnings(expression, view);
    if (!(tree instanceof Expression.Everything) && warnings.mayMatch(predicate)) {
      new DeadAlternativeWarnings(warnings).visit(tree, predicate);
    }
    warnings.visit(tree);
    warnings.found.sort(Comparator.comparingInt(finding -> finding.span().start()));
    // Findings of one code have the same suggestion: it is about all of them.
    Map<Code, Optional<String>> suggestions = new EnumMap<>(Code.class);
    return warnings.found.stream()
        .map(
            finding ->
                new Warning(
                    finding.code(),
                    finding.span(),
                    finding.message(),
                    finding.fix(),
                    suggestions
                        .computeIfAbsent(
                            finding.code(),
                            _ -> Optional.ofNullable(suggestion(finding, tree, view, options)))
                        .orElse(null)))
        .toList();
  }

  private void visit(Expression tree) {
    new PrecedenceWarnings(this).visit(tree);
    new EncapsulationWarnings(this, view).visit(tree);
    new CoverageWarnings(this, view).visit(tree);
  }

  /** Returns the expression with a finding mended; null if there is none that compiles. */
  private static @Nullable String suggestion(
      Finding finding, Expression tree, PacketView view, FilterOptions options) {
    if (finding.rewriter() == null || tree.span().end() > MAX_REWRITTEN) {
      return null;
    }
    Expression result = finding.rewriter().rewrite(tree);
    String text = Printer.print(result instanceof Expression.Group all ? all.inner() : result);
    try {
      Expression mended = Parser.parse(Lexer.tokens(text));
      var _ = Checker.check(mended, view, options);
      Warnings left = new Warnings(text, view);
      left.visit(mended);
      return left.found.stream().anyMatch(other -> other.code() == finding.code()) ? null : text;
    } catch (SyntaxFault fault) {
      return null;
    }
  }

  void add(Finding finding) {
    found.add(finding);
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
      add(new Finding(Code.MATCHES_NOTHING, all, "no packet can match this filter", null, null));
    } else if (!rejects) {
      add(
          new Finding(
              Code.MATCHES_EVERYTHING,
              all,
              "every packet matches this filter if it is long enough for what the filter reads",
              null,
              null));
    }
    return accepts;
  }
}
