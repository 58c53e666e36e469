package io.dropwatch.pcapfilter.internal.source;

/**
 * A part of a text, shown as its line with carets below it.
 *
 * <p>The text is untrusted: control characters and unpaired surrogates are shown as U+FFFD, and a
 * line longer than {@value #WIDTH} characters is cut around the part.
 */
public final class SourceSnippet {
  private static final int WIDTH = 100;

  private final String text;
  private final Span span;
  private final int lineStart;
  private final int lineEnd;
  private final int line;

  /** The part of {@code text} at {@code span}. */
  public SourceSnippet(String text, Span span) {
    this.text = text;
    this.span = span;
    int start = 0;
    int number = 1;
    for (int i = 0; i < span.start() && i < text.length(); i++) {
      if (text.charAt(i) == '\n') {
        start = i + 1;
        number++;
      }
    }
    int end = text.indexOf('\n', start);
    this.lineStart = start;
    this.lineEnd = end < 0 ? text.length() : end;
    this.line = number;
  }

  /** Returns the line number, from 1. */
  public int line() {
    return line;
  }

  /** Returns the column in UTF-16 code units, from 1. */
  public int column() {
    return span.start() - lineStart + 1;
  }

  /** Returns the position as text: {@code line 1, column 5}. */
  public String place() {
    return "line " + line() + ", column " + column();
  }

  /** Returns the line and, below it, carets under the span; tabs stay, so that both align. */
  public String show() {
    int from = Math.max(lineStart, Math.min(span.start() - WIDTH / 2, lineEnd - WIDTH));
    int to = Math.min(lineEnd, from + WIDTH);
    StringBuilder shown = new StringBuilder("  ");
    StringBuilder under = new StringBuilder("  ");
    if (from > lineStart) {
      shown.append("...");
      under.append("   ");
    }
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      shown.append(printable(text, i));
      if (i >= span.start() && i < span.end()) {
        under.append('^');
      } else if (i < span.start()) {
        under.append(c == '\t' ? '\t' : ' ');
      }
    }
    if (to < lineEnd) {
      shown.append("...");
    }
    if (span.start() >= to || span.end() <= span.start()) {
      under.append('^');
    }
    return shown + "\n" + under;
  }

  /** Returns the text without control characters; line breaks and tabs stay. */
  public static String printable(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      out.append(text.charAt(i) == '\n' ? '\n' : printable(text, i));
    }
    return out.toString();
  }

  private static char printable(String text, int index) {
    char c = text.charAt(index);
    if (c == '\t') {
      return c;
    }
    if (Character.isHighSurrogate(c)) {
      boolean paired =
          index + 1 < text.length() && Character.isLowSurrogate(text.charAt(index + 1));
      return paired ? c : '\uFFFD';
    }
    if (Character.isLowSurrogate(c)) {
      boolean paired = index > 0 && Character.isHighSurrogate(text.charAt(index - 1));
      return paired ? c : '\uFFFD';
    }
    int type = Character.getType(c);
    boolean hidden =
        Character.isISOControl(c)
            || type == Character.FORMAT
            || type == Character.LINE_SEPARATOR
            || type == Character.PARAGRAPH_SEPARATOR;
    return hidden ? '\uFFFD' : c;
  }
}
