package io.dropwatch.pcapfilter;

import io.dropwatch.pcapfilter.internal.source.Caret;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;

/**
 * An expression that is no filter.
 *
 * <p>The message has the place (line and column, from 1), what is wrong, the line itself with a
 * caret below it and, where known, what was expected and the likely fix. It is safe to print:
 * control characters of the expression do not appear in it.
 */
public final class FilterSyntaxException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** A problem may quote a name of any length. */
  private static final int LONGEST = 200;

  private final String summary;
  private final int offset;
  private final int line;
  private final int column;

  private FilterSyntaxException(String summary, String message, int offset, Caret caret) {
    super(message);
    this.summary = summary;
    this.offset = offset;
    this.line = caret.line();
    this.column = caret.column();
  }

  static FilterSyntaxException of(String expression, SyntaxFault fault) {
    Caret caret = new Caret(expression, fault.span());
    StringBuilder summary = new StringBuilder();
    summary.append("line ").append(caret.line()).append(", column ").append(caret.column());
    summary.append(": ").append(shortened(fault.problem()));
    StringBuilder message = new StringBuilder(summary).append('\n').append(caret.show());
    if (fault.expected() != null) {
      summary.append("; expected ").append(fault.expected());
      message.append("\nexpected: ").append(fault.expected());
    }
    if (fault.fix() != null) {
      summary.append("; ").append(fault.fix());
      message.append("\nfix: ").append(fault.fix());
    }
    int offset = fault.span().start();
    return new FilterSyntaxException(
        Caret.printable(summary.toString()), Caret.printable(message.toString()), offset, caret);
  }

  private static String shortened(String problem) {
    return problem.length() <= LONGEST ? problem : problem.substring(0, LONGEST) + "...";
  }

  /** Place, problem, expectation and fix on one line, without the caret. */
  public String summary() {
    return summary;
  }

  /** Where the problem begins, in UTF-16 code units from the start of the expression. */
  public int offset() {
    return offset;
  }

  /** Line of the problem, from 1. */
  public int line() {
    return line;
  }

  /** Column of the problem in its line, in UTF-16 code units from 1. */
  public int column() {
    return column;
  }
}
