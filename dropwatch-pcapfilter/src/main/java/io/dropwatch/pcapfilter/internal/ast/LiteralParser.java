package io.dropwatch.pcapfilter.internal.ast;

import io.dropwatch.pcapfilter.internal.token.Token;
import io.dropwatch.pcapfilter.internal.token.TokenKind;
import java.util.OptionalInt;

/** Parses values: after a qualifier, or alone after {@code and} and {@code or}. */
final class LiteralParser {
  private final TokenStream cursor;

  LiteralParser(TokenStream cursor) {
    this.cursor = cursor;
  }

  /** Returns whether a value starts here for certain; a number may start a comparison. */
  boolean starts() {
    return switch (cursor.peek().kind()) {
      case WORD, DOTTED, IPV6, MAC, ARCNET -> true;
      case KEYWORD, NUMBER, SYMBOL, END -> false;
    };
  }

  /** Parses a value after {@code proto}, where the name of a protocol needs no backslash. */
  Expression.Value parseProtocol(String expected) {
    Token token = cursor.peek();
    boolean named = token.kind() == TokenKind.KEYWORD && Protocol.of(token.text()) != null;
    if (!named || token.isKeyword("link")) {
      return parse(expected);
    }
    cursor.next();
    return new Expression.Value(new Literal.Name(token.text()), token.span());
  }

  Expression.Value parse(String expected) {
    Token token = cursor.peek();
    Literal literal =
        switch (token.kind()) {
          case NUMBER -> {
            cursor.next();
            yield new Literal.Numeral(token.number(), token.text());
          }
          case WORD -> {
            cursor.next();
            yield new Literal.Name(token.text());
          }
          case MAC -> {
            cursor.next();
            yield new Literal.Mac(token.text());
          }
          case DOTTED -> dotted();
          case IPV6 -> {
            cursor.next();
            yield new Literal.Ipv6(token.text(), prefix());
          }
          case ARCNET ->
              throw ParseErrors.refused(token, "ARCnet addresses, which have no link type here");
          case KEYWORD, SYMBOL, END -> throw ParseErrors.noValue(token, expected);
        };
    return new Expression.Value(literal, cursor.since(token.span()));
  }

  private Literal dotted() {
    Token address = cursor.next();
    if (!cursor.atKeyword("mask")) {
      return new Literal.Ipv4(address.text(), null, prefix());
    }
    cursor.next();
    if (!cursor.at(TokenKind.DOTTED)) {
      throw ParseErrors.token(cursor.peek(), "a mask such as 255.255.255.0");
    }
    return new Literal.Ipv4(address.text(), cursor.next().text(), OptionalInt.empty());
  }

  private OptionalInt prefix() {
    if (!cursor.atSymbol("/")) {
      return OptionalInt.empty();
    }
    cursor.next();
    return OptionalInt.of(cursor.expectNumber("the number of bits in the network").number());
  }
}
