package io.dropwatch.pcapfilter.internal.source;

import org.jspecify.annotations.Nullable;

/** What a stage found wrong, where, what it expected and, where there is one, the likely fix. */
public final class SyntaxFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Span span;
  private final String problem;
  private final @Nullable String expected;
  private final @Nullable String fix;

  private SyntaxFault(Span span, String problem, @Nullable String expected, @Nullable String fix) {
    // No stack trace: this is a verdict about a text, not about the program.
    super(problem, null, false, false);
    this.span = span;
    this.problem = problem;
    this.expected = expected;
    this.fix = fix;
  }

  /** A fault with nothing to add to the problem itself. */
  public static SyntaxFault at(Span span, String problem) {
    return new SyntaxFault(span, problem, null, null);
  }

  /** The same fault, saying what could have stood there. */
  public SyntaxFault expecting(String what) {
    return new SyntaxFault(span, problem, what, fix);
  }

  /** The same fault, with what the author most likely wants. */
  public SyntaxFault fix(String what) {
    return new SyntaxFault(span, problem, expected, what);
  }

  /** Where. */
  public Span span() {
    return span;
  }

  /** What is wrong, without a place. */
  public String problem() {
    return problem;
  }

  /** What could have stood there, or null. */
  public @Nullable String expected() {
    return expected;
  }

  /** What the author most likely wants, or null. */
  public @Nullable String fix() {
    return fix;
  }
}
