package io.dropwatch.pcapfilter;

import io.dropwatch.pcapfilter.internal.source.SourceSnippet;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;

/**
 * Thrown when an expression is not a filter.
 *
 * <p>The message has the place (line and column, from 1), the problem, the line itself with carets
 * below it and, where known, what was expected and the likely fix. It is safe to print: control
 * characters of the expression are replaced.
 */
public final class FilterSyntaxException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** A problem may quote a name of any length. */
  private static final int MAX_PROBLEM_LENGTH = 200;

  private final String summary;
  private final int offset;
  private final int endOffset;
  private final int line;
  private final int column;

  private FilterSyntaxException(
      String summary, String message, SyntaxFault fault, SourceSnippet caret) {
    super(message);
    this.summary = summary;
    this.offset = fault.span().start();
    this.endOffset = fault.span().end();
    this.line = caret.line();
    this.column = caret.column();
  }

  static FilterSyntaxException of(String expression, SyntaxFault fault) {
    SourceSnippet caret = new SourceSnippet(expression, fault.span());
    StringBuilder summary = new StringBuilder(caret.place());
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
    return new FilterSyntaxException(
        SourceSnippet.printable(summary.toString()),
        SourceSnippet.printable(message.toString()),
        fault,
        caret);
  }

  private static String shortened(String problem) {
    return problem.length() <= MAX_PROBLEM_LENGTH
        ? problem
        : problem.substring(0, MAX_PROBLEM_LENGTH) + "...";
  }

  /** Returns the message on one line, without the carets: place, problem, expectation and fix. */
  public String summary() {
    return summary;
  }

  /** Returns where the problem begins, in UTF-16 code units from the start of the expression. */
  public int offset() {
    return offset;
  }

  /** Returns the offset after the problem's last code unit; {@link #offset} at the text's end. */
  public int endOffset() {
    return endOffset;
  }

  /** Returns the line of the problem, from 1. */
  public int line() {
    return line;
  }

  /** Returns the column of the problem in its line, in UTF-16 code units from 1. */
  public int column() {
    return column;
  }
}
