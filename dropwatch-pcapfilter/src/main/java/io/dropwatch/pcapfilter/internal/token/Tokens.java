package io.dropwatch.pcapfilter.internal.token;

import java.util.List;

/** The text form of a token list. */
public final class Tokens {
  private Tokens() {}

  /** One token per line: place, kind, text and, for a number, its value. */
  public static String print(List<Token> tokens) {
    StringBuilder out = new StringBuilder();
    for (Token token : tokens) {
      out.append(token.span().start()).append(' ').append(token.kind());
      if (token.kind() != TokenKind.END) {
        out.append(' ').append(token.text());
      }
      if (token.kind() == TokenKind.NUMBER) {
        out.append(" = ").append(Integer.toUnsignedString(token.number()));
      }
      out.append('\n');
    }
    return out.toString();
  }
}
