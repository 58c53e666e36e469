package io.dropwatch.model;

import java.util.regex.Pattern;

/**
 * Text that every encoder can write. Names come out of kernel memory and may be any bytes; an
 * unpaired surrogate among them would make UTF-8 output fail far away from where it came in.
 */
final class WellFormed {
  private static final Pattern UNPAIRED_SURROGATE = Pattern.compile("\\p{Cs}");

  private WellFormed() {}

  /** The same text, each unpaired surrogate replaced by U+FFFD. */
  static String text(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return UNPAIRED_SURROGATE.matcher(text).replaceAll("\uFFFD");
      }
    }
    return text;
  }
}
