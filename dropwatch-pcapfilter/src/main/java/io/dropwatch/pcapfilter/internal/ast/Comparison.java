package io.dropwatch.pcapfilter.internal.ast;

/** A comparison of two unsigned numbers. */
public enum Comparison {
  /** Equal; {@code ==} is the same. */
  EQUAL("="),
  /** Not equal. */
  NOT_EQUAL("!="),
  /** Less. */
  LESS("<"),
  /** Less or equal. */
  LESS_OR_EQUAL("<="),
  /** Greater. */
  GREATER(">"),
  /** Greater or equal. */
  GREATER_OR_EQUAL(">=");

  private final String symbol;

  Comparison(String symbol) {
    this.symbol = symbol;
  }

  /** Returns it as written. */
  public String symbol() {
    return symbol;
  }
}
