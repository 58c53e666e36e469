package io.dropwatch.pcapfilter.internal.ast;

import io.dropwatch.pcapfilter.internal.source.Span;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;
import io.dropwatch.pcapfilter.internal.token.Token;
import io.dropwatch.pcapfilter.internal.token.TokenKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tokens that are still to be parsed, and the limits on nesting and length. */
final class TokenStream {
  /** Maximum nesting of parentheses, {@code not} and indices, so that no stack overflows. */
  static final int DEPTH_LIMIT = 500;

  /** Maximum number of operators in one comparison. */
  static final int OPERATOR_LIMIT = 500;

  private final List<Token> tokens;
  private int at;
  private int depth;
  private int operators;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token peek() {
    return tokens.get(at);
  }

  Token peekSecond() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  /** Returns the token consumed last; null if there is none. */
  @Nullable Token previous() {
    return at == 0 ? null : tokens.get(at - 1);
  }

  Token next() {
    Token token = tokens.get(at);
    if (token.kind() != TokenKind.END) {
      at++;
    }
    return token;
  }

  /** Returns the span from {@code start} to the end of the token consumed last. */
  Span since(Span start) {
    return at == 0 ? start : start.to(tokens.get(at - 1).span());
  }

  boolean atSymbol(String symbol) {
    return peek().isSymbol(symbol);
  }

  boolean atKeyword(String word) {
    return peek().isKeyword(word);
  }

  boolean at(TokenKind kind) {
    return peek().kind() == kind;
  }

  Token expectSymbol(String symbol, String expected) {
    if (!atSymbol(symbol)) {
      throw ParseErrors.token(peek(), expected);
    }
    return next();
  }

  Token expectNumber(String expected) {
    if (!at(TokenKind.NUMBER)) {
      throw ParseErrors.token(peek(), expected);
    }
    return next();
  }

  void descend(Span span) {
    if (++depth > DEPTH_LIMIT) {
      throw SyntaxFault.at(span, "the expression is nested more than " + DEPTH_LIMIT + " deep");
    }
  }

  void ascend() {
    depth--;
  }

  void startComparison() {
    operators = 0;
  }

  void countOperator(Span span) {
    if (++operators > OPERATOR_LIMIT) {
      throw SyntaxFault.at(
          span, "more than " + OPERATOR_LIMIT + " arithmetic operators in one comparison");
    }
  }
}
