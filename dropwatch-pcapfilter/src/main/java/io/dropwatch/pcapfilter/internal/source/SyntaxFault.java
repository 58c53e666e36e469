package io.dropwatch.pcapfilter.internal.source;

import org.jspecify.annotations.Nullable;

/** A syntax error: where, what is wrong, what was expected, and the likely fix. */
public final class SyntaxFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Span span;
  private final String problem;
  private final @Nullable String expected;
  private final @Nullable String fix;

  private SyntaxFault(Span span, String problem, @Nullable String expected, @Nullable String fix) {
    // No stack trace: this is about an expression, not about the program.
    super(problem, null, false, false);
    this.span = span;
    this.problem = problem;
    this.expected = expected;
    this.fix = fix;
  }

  /** Returns a fault without expectation and fix. */
  public static SyntaxFault at(Span span, String problem) {
    return new SyntaxFault(span, problem, null, null);
  }

  /** Returns the same fault with what was expected. */
  public SyntaxFault expecting(String what) {
    return new SyntaxFault(span, problem, what, fix);
  }

  /** Returns the same fault with the likely fix. */
  public SyntaxFault fix(String what) {
    return new SyntaxFault(span, problem, expected, what);
  }

  /** Returns where it is. */
  public Span span() {
    return span;
  }

  /** Returns what is wrong, without the position. */
  public String problem() {
    return problem;
  }

  /** Returns what was expected; null if unknown. */
  public @Nullable String expected() {
    return expected;
  }

  /** Returns the likely fix; null if unknown. */
  public @Nullable String fix() {
    return fix;
  }
}
