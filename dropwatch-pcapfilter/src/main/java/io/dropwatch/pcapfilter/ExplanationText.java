package io.dropwatch.pcapfilter;

import io.dropwatch.pcapfilter.Explanation.Primitive;
import io.dropwatch.pcapfilter.internal.source.SourceSnippet;
import java.util.Arrays;

/** The text form of explanations. */
final class ExplanationText {
  private static final int MAX_NAME_WIDTH = 40;

  private ExplanationText() {}

  static String print(Explanation explanation) {
    StringBuilder out = new StringBuilder();
    out.append(explanation.matches() ? "match" : "no match");
    explanation
        .deciding()
        .ifPresentOrElse(
            primitive -> out.append(": ").append(verdict(primitive)),
            () ->
                out.append(
                    explanation.primitives().isEmpty()
                        ? ": the empty filter matches every packet"
                        : ""));
    out.append('\n');
    marks(explanation, out);
    int width =
        explanation.primitives().stream()
            .mapToInt(primitive -> primitive.text().length())
            .max()
            .orElse(0);
    for (Primitive primitive : explanation.primitives()) {
      String text = SourceSnippet.printable(primitive.text());
      out.append("  ").append(primitive.outcome().mark()).append(' ').append(text);
      out.repeat(" ", Math.max(0, Math.min(width, MAX_NAME_WIDTH) - text.length()));
      out.append("  ").append(primitive.reason()).append('\n');
    }
    return out.toString();
  }

  private static String verdict(Primitive primitive) {
    String name = "'" + SourceSnippet.printable(primitive.text()) + "'";
    return switch (primitive.outcome()) {
      case TRUE -> name + " is true";
      case FALSE -> name + " is false";
      case REJECTED -> name + " rejects the packet: " + primitive.reason();
      case NOT_EVALUATED -> name + " was not evaluated";
    };
  }

  // A line of marks below each line of the expression; tabs stay, so that both align.
  private static void marks(Explanation explanation, StringBuilder out) {
    String expression = explanation.expression();
    char[] marks = new char[expression.length()];
    Arrays.fill(marks, ' ');
    for (Primitive primitive : explanation.primitives()) {
      Arrays.fill(
          marks,
          primitive.offset(),
          Math.min(primitive.endOffset(), marks.length),
          primitive.outcome().mark());
    }
    for (int start = 0; start < expression.length(); ) {
      int newline = expression.indexOf('\n', start);
      int end = newline < 0 ? expression.length() : newline;
      StringBuilder under = new StringBuilder();
      for (int i = start; i < end; i++) {
        under.append(expression.charAt(i) == '\t' ? '\t' : marks[i]);
      }
      out.append("  ")
          .append(SourceSnippet.printable(expression.substring(start, end)))
          .append('\n');
      String shown = under.toString().stripTrailing();
      if (!shown.isEmpty()) {
        out.append("  ").append(shown).append('\n');
      }
      start = end + 1;
    }
  }
}
