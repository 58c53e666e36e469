package io.dropwatch.output;

/** Makes text safe for a terminal. */
final class Printable {
  private Printable() {}

  /**
   * Appends a text with its invisible characters escaped: controls (C0, DEL, C1) as {@code \x1b};
   * line separators, format characters such as bidirectional ones, private-use and unassigned code
   * points as <code>\\u{202e}</code>. The backslash is doubled, so that a name cannot imitate an
   * escape.
   */
  static void append(StringBuilder out, String text) {
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      i += Character.charCount(codePoint);
      if (codePoint == '\\') {
        out.append("\\\\");
      } else if (isVisible(codePoint)) {
        out.appendCodePoint(codePoint);
      } else if (codePoint < 0x100) {
        out.append("\\x").append(Character.forDigit(codePoint >> 4, 16));
        out.append(Character.forDigit(codePoint & 0xf, 16));
      } else {
        out.append("\\u{").append(Integer.toHexString(codePoint)).append('}');
      }
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
