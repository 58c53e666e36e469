package io.dropwatch.pcapfilter.internal.token;

import io.dropwatch.pcapfilter.internal.source.Span;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;

/** Numbers as the language writes them: decimal, 0 and octal, 0x and hexadecimal; 32 bits. */
final class Numbers {
  private Numbers() {}

  static int parse(String literal, Span span) {
    int radix = 10;
    int from = 0;
    if (literal.startsWith("0x") || literal.startsWith("0X")) {
      radix = 16;
      from = 2;
    } else if (literal.startsWith("0")) {
      radix = 8;
    }
    long value = 0;
    for (int i = from; i < literal.length(); i++) {
      int digit = Character.digit(literal.charAt(i), radix);
      if (digit < 0) {
        throw SyntaxFault.at(span, "a number that starts with 0 is octal and has no digit 8 or 9")
            .fix("write it without the leading 0");
      }
      value = value * radix + digit;
      if (value > 0xffff_ffffL) {
        throw SyntaxFault.at(span, "the number does not fit into 32 bits")
            .expecting("0 to 4294967295");
      }
    }
    return (int) value;
  }
}
