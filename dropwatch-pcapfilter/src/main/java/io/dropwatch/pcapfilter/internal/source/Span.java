package io.dropwatch.pcapfilter.internal.source;

/**
 * A range of the expression, in UTF-16 code units.
 *
 * @param start first code unit
 * @param end one past the last; equal to start at the end of the text
 */
public record Span(int start, int end) {

  /** Returns the span from the start of this one to the end of a later one. */
  public Span to(Span later) {
    return new Span(start, later.end);
  }
}
