package io.dropwatch.pcapfilter;

import io.dropwatch.pcapfilter.Explanation.Outcome;
import io.dropwatch.pcapfilter.Explanation.Part;
import io.dropwatch.pcapfilter.internal.source.Caret;
import java.util.Arrays;

/** The text form of explanations. */
final class ExplanationText {
  private static final int WIDEST_NAME = 40;

  private ExplanationText() {}

  static String print(Explanation explanation) {
    StringBuilder out = new StringBuilder();
    out.append(explanation.matches() ? "match" : "no match");
    explanation
        .deciding()
        .ifPresentOrElse(
            part -> out.append(": ").append(verdict(part)),
            () -> out.append(explanation.parts().isEmpty() ? ": nothing is asked" : ""));
    out.append('\n');
    marks(explanation, out);
    int width = explanation.parts().stream().mapToInt(part -> part.text().length()).max().orElse(0);
    for (Part part : explanation.parts()) {
      String text = Caret.printable(part.text());
      out.append("  ").append(part.outcome().mark()).append(' ').append(text);
      out.repeat(" ", Math.max(0, Math.min(width, WIDEST_NAME) - text.length()));
      out.append("  ").append(part.reason()).append('\n');
    }
    return out.toString();
  }

  private static String verdict(Part part) {
    String name = "'" + Caret.printable(part.text()) + "'";
    return switch (part.outcome()) {
      case TRUE -> name + " is true";
      case FALSE -> name + " is false";
      case REJECTED -> name + " rejects the packet: " + part.reason();
      case NOT_EVALUATED -> name + " was not evaluated";
    };
  }

  // A line of marks below each line of the expression; tabs stay, so that both align.
  private static void marks(Explanation explanation, StringBuilder out) {
    String expression = explanation.expression();
    char[] marks = new char[expression.length()];
    Arrays.fill(marks, ' ');
    for (Part part : explanation.parts()) {
      Arrays.fill(marks, part.start(), Math.min(part.end(), marks.length), mark(part.outcome()));
    }
    for (int start = 0; start < expression.length(); ) {
      int newline = expression.indexOf('\n', start);
      int end = newline < 0 ? expression.length() : newline;
      StringBuilder under = new StringBuilder();
      for (int i = start; i < end; i++) {
        under.append(expression.charAt(i) == '\t' ? '\t' : marks[i]);
      }
      out.append("  ").append(Caret.printable(expression.substring(start, end))).append('\n');
      String shown = under.toString().stripTrailing();
      if (!shown.isEmpty()) {
        out.append("  ").append(shown).append('\n');
      }
      start = end + 1;
    }
  }

  private static char mark(Outcome outcome) {
    return outcome.mark();
  }
}
