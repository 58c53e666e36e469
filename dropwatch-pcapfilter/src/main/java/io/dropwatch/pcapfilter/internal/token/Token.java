package io.dropwatch.pcapfilter.internal.token;

import io.dropwatch.pcapfilter.internal.source.Span;
import java.util.List;

/**
 * One token.
 *
 * @param kind its kind
 * @param text canonical text: the keyword, the symbol, the word without its backslash, the literal
 * @param number value of a NUMBER, unsigned 32 bits; 0 otherwise
 * @param span where it is in the expression
 */
public record Token(TokenKind kind, String text, int number, Span span) {

  /** Returns whether this is the given keyword. */
  public boolean isKeyword(String word) {
    return kind == TokenKind.KEYWORD && text.equals(word);
  }

  /** Returns whether this is the given operator or bracket. */
  public boolean isSymbol(String symbol) {
    return kind == TokenKind.SYMBOL && text.equals(symbol);
  }

  /** Returns one token per line: offset, kind, text and, for a number, its value. */
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
