package io.dropwatch.pcapfilter.internal.token;

/**
 * Measures literals: each method returns the length of the longest literal of one form that starts
 * at a position, or 0.
 *
 * <p>The time is linear in the length of the literal: the text may be a megabyte of digits.
 */
final class LiteralScanner {
  private LiteralScanner() {}

  /** Decimal digits, or 0x and hexadecimal digits. */
  static int number(String s, int at) {
    int digits = run(s, at, 10, Integer.MAX_VALUE);
    if (digits == 1
        && s.charAt(at) == '0'
        && at + 1 < s.length()
        && (s.charAt(at + 1) == 'x' || s.charAt(at + 1) == 'X')) {
      int hex = run(s, at + 2, 16, Integer.MAX_VALUE);
      return hex > 0 ? 2 + hex : digits;
    }
    return digits;
  }

  /** Two to four numbers with dots between them. */
  static int dotted(String s, int at) {
    int best = 0;
    int end = at;
    for (int parts = 1; parts <= 4; parts++) {
      int number = number(s, end);
      if (number == 0) {
        return best;
      }
      end += number;
      best = parts > 1 ? end - at : 0;
      if (end >= s.length() || s.charAt(end) != '.') {
        return best;
      }
      end++;
    }
    return best;
  }

  /** A word: letters, digits, dots, dashes and underscores; the last is a letter, digit or dot. */
  static int word(String s, int at) {
    if (at >= s.length() || !alphanumeric(s.charAt(at))) {
      return 0;
    }
    int best = 1;
    for (int i = at + 1; i < s.length(); i++) {
      char c = s.charAt(i);
      if (alphanumeric(c) || c == '.') {
        best = i + 1 - at;
      } else if (c != '-' && c != '_') {
        break;
      }
    }
    return best;
  }

  /** Six bytes with one separator throughout, three dotted 16-bit groups, or twelve digits. */
  static int mac(String s, int at) {
    int best = Math.max(groups(s, at, 6, 1, 2, ':'), groups(s, at, 6, 1, 2, '-'));
    best = Math.max(best, groups(s, at, 6, 1, 2, '.'));
    best = Math.max(best, groups(s, at, 3, 4, 4, '.'));
    return Math.max(best, run(s, at, 16, 12) == 12 ? 12 : 0);
  }

  /** Bytes separated by colons, as in a mistyped MAC or IPv6 address. */
  static int brokenMac(String s, int at) {
    int end = at;
    int best = 0;
    for (int groups = 1; ; groups++) {
      int digits = run(s, end, 16, 2);
      if (digits == 0) {
        return best;
      }
      end += digits;
      int colons = 0;
      while (end < s.length() && s.charAt(end) == ':') {
        end++;
        colons++;
      }
      if (colons == 0) {
        return best;
      }
      if (groups > 1) {
        best = end - at;
      }
    }
  }

  /** Eight groups, or fewer with one {@code ::}, the last two possibly as a dotted address. */
  static int ipv6(String s, int at) {
    int best = 0;
    int end = at;
    int groups = 0;
    boolean gap = false;
    if (s.startsWith("::", at)) {
      gap = true;
      end += 2;
      best = 2;
    }
    while (true) {
      int dotted = dottedQuad(s, end);
      if (dotted > 0 && (gap ? groups <= 5 : groups == 6)) {
        best = Math.max(best, end + dotted - at);
      }
      int digits = run(s, end, 16, 4);
      if (digits == 0) {
        return best;
      }
      end += digits;
      groups++;
      if (gap ? groups <= 7 : groups == 8) {
        best = Math.max(best, end - at);
      }
      if (end >= s.length() || s.charAt(end) != ':' || groups > 7) {
        return best;
      }
      if (s.startsWith("::", end)) {
        if (gap) {
          return best;
        }
        gap = true;
        end += 2;
        best = Math.max(best, end - at);
        if (groups == 7) {
          return best;
        }
      } else {
        end++;
      }
    }
  }

  private static int dottedQuad(String s, int at) {
    int end = at;
    for (int part = 0; part < 4; part++) {
      if (part > 0) {
        if (end >= s.length() || s.charAt(end) != '.') {
          return 0;
        }
        end++;
      }
      int number = number(s, end);
      if (number == 0) {
        return 0;
      }
      end += number;
    }
    return end - at;
  }

  private static int groups(String s, int at, int count, int least, int most, char separator) {
    int end = at;
    for (int i = 0; i < count; i++) {
      if (i > 0) {
        if (end >= s.length() || s.charAt(end) != separator) {
          return 0;
        }
        end++;
      }
      int digits = run(s, end, 16, most);
      if (digits < least) {
        return 0;
      }
      end += digits;
    }
    return end - at;
  }

  private static int run(String s, int at, int radix, int most) {
    int end = at;
    while (end < s.length() && end - at < most && digit(s.charAt(end), radix)) {
      end++;
    }
    return end - at;
  }

  private static boolean digit(char c, int radix) {
    return c < 128 && Character.digit(c, radix) >= 0;
  }

  private static boolean alphanumeric(char c) {
    return c < 128 && Character.isLetterOrDigit(c);
  }
}
