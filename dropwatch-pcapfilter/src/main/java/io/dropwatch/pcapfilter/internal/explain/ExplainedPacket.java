package io.dropwatch.pcapfilter.internal.explain;

import io.dropwatch.pcapfilter.Explanation.Outcome;
import io.dropwatch.pcapfilter.internal.source.Span;
import java.util.List;

/**
 * The verdict on one packet and what led to it.
 *
 * @param primitives every primitive of the expression, in its order
 */
public record ExplainedPacket(boolean matches, List<Primitive> primitives) {

  /**
   * A primitive of the expression.
   *
   * @param text with the qualifiers that it inherits
   * @param reason what was read and why that decides, in words
   * @param readings every comparison that was made, in order
   * @param deciding whether it was evaluated last
   */
  public record Primitive(
      String text,
      Span span,
      Outcome outcome,
      String reason,
      List<Reading> readings,
      boolean deciding) {}

  /**
   * A number that was read and compared.
   *
   * @param field the field's name where known, and its place
   * @param value as an unsigned number
   * @param comparison relation and right side
   */
  public record Reading(String field, long value, String comparison, boolean holds) {}
}
