package io.dropwatch.output;

/**
 * Makes text safe for a terminal and for a log: what a file, a name or an argument holds cannot
 * steer a terminal, forge a line, or fill the screen. Invisible characters are escaped: controls
 * (C0, DEL, C1) as {@code \x1b}; line separators, format characters such as bidirectional ones,
 * private-use, unassigned and half code points as <code>\\u{202e}</code>.
 */
public final class Printable {
  /** Longest message, in characters; the middle of a longer one is left out. */
  static final int MAX_MESSAGE = 4000;

  /** Longest input that a message quotes, in characters. */
  static final int MAX_QUOTED = 80;

  private Printable() {}

  /**
   * Returns the text of a message. Line breaks and tabs stay. The middle of a text of more than
   * 4000 characters is left out.
   */
  public static String message(String text) {
    return escaped(shortened(text, MAX_MESSAGE), true);
  }

  /** Returns a message of one line: as {@link #message}, with line breaks and tabs escaped. */
  public static String line(String text) {
    return escaped(shortened(text, MAX_MESSAGE), false);
  }

  /** Returns an input for a message: escaped, at most 80 characters, in single quotes. */
  public static String quoted(String input) {
    return "'" + escaped(shortened(input, MAX_QUOTED), false) + "'";
  }

  /** Returns the text, whatever its length, as {@link #message} escapes it. */
  public static String text(String text) {
    return escaped(text, true);
  }

  private static String escaped(String text, boolean keepsLines) {
    var out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            codePoint -> {
              if (keepsLines && (codePoint == '\n' || codePoint == '\t')) {
                out.append((char) codePoint);
              } else {
                append(out, codePoint);
              }
            });
    return out.toString();
  }

  private static String shortened(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    String gap = "[... %d characters ...]".formatted(text.length() - most);
    int end = most / 4;
    return text.substring(0, most - end) + gap + text.substring(text.length() - end);
  }

  /**
   * Appends a text with its invisible characters escaped. The backslash is doubled, so that a name
   * cannot imitate an escape.
   */
  static void append(StringBuilder out, String text) {
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      i += Character.charCount(codePoint);
      if (codePoint == '\\') {
        out.append("\\\\");
      } else {
        append(out, codePoint);
      }
    }
  }

  /**
   * Appends the value of a field in a line of {@code key=value} or {@code key=1[value]}: escaped as
   * {@link #append(StringBuilder, String)} does, and also spaces, {@code =} and {@code ]}, so that
   * a name cannot imitate another field.
   */
  static void appendField(StringBuilder out, String text) {
    text.codePoints()
        .forEach(
            codePoint -> {
              if (codePoint == '\\') {
                out.append("\\\\");
              } else if (separatesFields(codePoint)) {
                appendEscaped(out, codePoint);
              } else {
                append(out, codePoint);
              }
            });
  }

  private static boolean separatesFields(int codePoint) {
    return codePoint == '='
        || codePoint == ']'
        || Character.getType(codePoint) == Character.SPACE_SEPARATOR;
  }

  private static void append(StringBuilder out, int codePoint) {
    if (isVisible(codePoint)) {
      out.appendCodePoint(codePoint);
    } else {
      appendEscaped(out, codePoint);
    }
  }

  private static void appendEscaped(StringBuilder out, int codePoint) {
    if (codePoint < 0x100) {
      out.append("\\x").append(Character.forDigit(codePoint >> 4, 16));
      out.append(Character.forDigit(codePoint & 0xf, 16));
    } else {
      out.append("\\u{").append(Integer.toHexString(codePoint)).append('}');
    }
  }

  private static boolean isVisible(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
