package io.dropwatch.pcapfilter.internal.token;

import io.dropwatch.pcapfilter.internal.source.Span;

/**
 * One token.
 *
 * @param kind what it is
 * @param text canonical text: the keyword, the symbol, the word without its backslash, the literal
 * @param number value of a NUMBER, unsigned 32 bits; 0 otherwise
 * @param span where it stands
 */
public record Token(TokenKind kind, String text, int number, Span span) {

  /** Whether this is the given keyword. */
  public boolean isKeyword(String word) {
    return kind == TokenKind.KEYWORD && text.equals(word);
  }

  /** Whether this is the given operator or bracket. */
  public boolean isSymbol(String symbol) {
    return kind == TokenKind.SYMBOL && text.equals(symbol);
  }
}
