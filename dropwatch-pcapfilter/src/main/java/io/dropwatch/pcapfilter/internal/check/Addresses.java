package io.dropwatch.pcapfilter.internal.check;

import io.dropwatch.pcapfilter.internal.source.Span;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;

/** Parses address literals. */
final class Addresses {
  private Addresses() {}

  /**
   * A dotted IPv4 address of one to four parts.
   *
   * @param value the parts, the last one lowest
   * @param bits eight for each part
   */
  record Ipv4(int value, int bits) {
    /** The address with missing parts taken as 0 at its end. */
    int promoted() {
      return bits == 32 ? value : value << (32 - bits);
    }

    /** Ones where the address has parts. */
    int mask() {
      return bits == 32 ? -1 : -1 << (32 - bits);
    }
  }

  static Ipv4 ipv4(String text, Span span) {
    int value = 0;
    int bits = 0;
    for (String part : text.split("\\.", -1)) {
      value = (value << 8) | octet(part, span);
      bits += 8;
    }
    return new Ipv4(value, bits);
  }

  private static int octet(String part, Span span) {
    int value = 0;
    for (int i = 0; i < part.length(); i++) {
      int digit = part.charAt(i) - '0';
      value = value * 10 + digit;
      if (digit < 0 || digit > 9 || value > 255) {
        throw SyntaxFault.at(span, "'" + part + "' is not part of an IPv4 address")
            .expecting("decimal numbers from 0 to 255 between the dots");
      }
    }
    return value;
  }

  /** Four words of an IPv6 address, the first one highest. */
  static int[] ipv6(String text, Span span) {
    int[] groups = new int[8];
    int gap = text.indexOf("::");
    int head =
        gap < 0 ? fill(text, groups, 0, span) : fill(text.substring(0, gap), groups, 0, span);
    if (gap >= 0) {
      int[] tail = new int[8];
      int count = fill(text.substring(gap + 2), tail, 0, span);
      if (head + count > 7) {
        throw SyntaxFault.at(span, "the IPv6 address has too many groups");
      }
      System.arraycopy(tail, 0, groups, 8 - count, count);
    } else if (head != 8) {
      throw SyntaxFault.at(span, "the IPv6 address has too few groups");
    }
    int[] words = new int[4];
    for (int i = 0; i < 4; i++) {
      words[i] = (groups[2 * i] << 16) | groups[2 * i + 1];
    }
    return words;
  }

  private static int fill(String text, int[] groups, int from, Span span) {
    int at = from;
    if (text.isEmpty()) {
      return at;
    }
    for (String part : text.split(":", -1)) {
      if (at > 7) {
        throw SyntaxFault.at(span, "the IPv6 address has too many groups");
      }
      if (part.indexOf('.') >= 0) {
        int value = embedded(part, span);
        groups[at++] = value >>> 16;
        groups[at++] = value & 0xffff;
      } else {
        groups[at++] = Integer.parseInt(part, 16);
      }
    }
    return at;
  }

  // inet_pton(3) refuses leading zeros here, where a part could be taken for octal.
  private static int embedded(String text, Span span) {
    for (String part : text.split("\\.", -1)) {
      if (part.length() > 1 && part.charAt(0) == '0') {
        throw SyntaxFault.at(span, "the IPv4 part of the IPv6 address has a leading 0");
      }
    }
    return ipv4(text, span).value();
  }

  /** The 48 bits of a MAC address in any spelling. */
  static long mac(String text) {
    if (text.length() == 12 && text.indexOf(':') < 0 && text.indexOf('-') < 0) {
      boolean plain = text.indexOf('.') < 0;
      if (plain) {
        return Long.parseLong(text, 16);
      }
    }
    String[] parts = text.split("[:.-]", -1);
    long value = 0;
    for (String part : parts) {
      value = (value << (parts.length == 3 ? 16 : 8)) | Long.parseLong(part, 16);
    }
    return value;
  }

  /** A DECnet address {@code area.node} as its 16 bits. */
  static int decnet(String text, Span span) {
    String[] parts = text.split("\\.", -1);
    if (parts.length < 2 || !parts[0].matches("[0-9]{1,9}") || !parts[1].matches("[0-9]{1,9}")) {
      throw SyntaxFault.at(span, "a DECnet address is an area and a node, such as 1.10");
    }
    int area = Integer.parseInt(parts[0]) & 0x3f;
    int node = Integer.parseInt(parts[1]) & 0x3ff;
    return (area << 10) | node;
  }
}
