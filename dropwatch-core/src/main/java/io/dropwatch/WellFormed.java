package io.dropwatch;

/**
 * Text that every encoder can write. Names come out of kernel memory and may be any bytes; an
 * unpaired surrogate among them would make UTF-8 output fail far away from where it came in.
 */
final class WellFormed {
  private static final char REPLACEMENT = '\uFFFD';

  private WellFormed() {}

  /** The same text, each unpaired surrogate replaced by U+FFFD. */
  static String text(String text) {
    int firstBad = nextUnpaired(text, 0);
    if (firstBad < 0) {
      return text;
    }
    var repaired = new StringBuilder(text);
    for (int i = firstBad; i >= 0; i = nextUnpaired(text, i + 1)) {
      repaired.setCharAt(i, REPLACEMENT);
    }
    return repaired.toString();
  }

  private static int nextUnpaired(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      char unit = text.charAt(i);
      if (Character.isHighSurrogate(unit)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(unit)) {
        return i;
      }
    }
    return -1;
  }
}
