package io.dropwatch.pcapfilter.internal.ast;

/** The operator between two numbers, which are unsigned. */
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

  /** As written. */
  public String symbol() {
    return symbol;
  }
}
