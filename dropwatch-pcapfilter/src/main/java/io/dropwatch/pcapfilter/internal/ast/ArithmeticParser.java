package io.dropwatch.pcapfilter.internal.ast;

import io.dropwatch.pcapfilter.internal.source.Span;
import io.dropwatch.pcapfilter.internal.token.Token;
import io.dropwatch.pcapfilter.internal.token.TokenKind;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parses numbers by precedence climbing, with libpcap's two greedy operators. */
final class ArithmeticParser {
  static final String EXPECTED = "a number, 'len' or bytes of the packet such as 'tcp[13]'";
  private static final int UNARY_MINUS = 6;
  private static final Map<String, Arithmetic.Operator> OPERATORS = new HashMap<>();

  static {
    for (Arithmetic.Operator operator : Arithmetic.Operator.values()) {
      OPERATORS.put(operator.symbol(), operator);
    }
  }

  private final TokenStream cursor;

  ArithmeticParser(TokenStream cursor) {
    this.cursor = cursor;
  }

  /** Returns whether a number starts here for certain; a parenthesis may start either. */
  boolean starts() {
    Token token = cursor.peek();
    return token.kind() == TokenKind.NUMBER
        || token.isSymbol("-")
        || token.isKeyword("len")
        || (protocol(token) != null && cursor.peekSecond().isSymbol("["));
  }

  Arithmetic parse() {
    return climb(primary(), 0);
  }

  /** Continues after a left operand that has already been parsed. */
  Arithmetic climb(Arithmetic first, int least) {
    Arithmetic left = first;
    while (true) {
      Token token = cursor.peek();
      Arithmetic.Operator operator =
          token.kind() == TokenKind.SYMBOL ? OPERATORS.get(token.text()) : null;
      if (operator == null || operator.precedence() < least) {
        return left;
      }
      cursor.next();
      cursor.countOperator(token.span());
      cursor.descend(token.span());
      boolean greedy = operator.precedence() == Arithmetic.GREEDY;
      Arithmetic right = climb(primary(), greedy ? 0 : operator.precedence() + 1);
      cursor.ascend();
      left = new Arithmetic.Binary(operator, left, right, left.span().to(right.span()));
    }
  }

  private Arithmetic primary() {
    Token token = cursor.peek();
    cursor.descend(token.span());
    Arithmetic result = operand(token);
    cursor.ascend();
    return result;
  }

  private Arithmetic operand(Token token) {
    Span start = token.span();
    if (token.kind() == TokenKind.NUMBER) {
      cursor.next();
      return new Arithmetic.Numeral(token.number(), token.text(), start);
    }
    if (token.isKeyword("len")) {
      cursor.next();
      return new Arithmetic.Length(start);
    }
    if (token.isSymbol("-")) {
      cursor.next();
      Arithmetic operand = climb(primary(), UNARY_MINUS);
      return new Arithmetic.Negation(operand, start.to(operand.span()));
    }
    if (token.isSymbol("(")) {
      cursor.next();
      Arithmetic inner = parse();
      cursor.expectSymbol(")", "an operator or ')'");
      return new Arithmetic.Group(inner, cursor.since(start));
    }
    Protocol protocol = protocol(token);
    if (protocol != null) {
      cursor.next();
      cursor.expectSymbol("[", "'[' and the offset of the bytes to compare");
      return access(protocol, start);
    }
    throw ParseErrors.token(token, EXPECTED);
  }

  private Arithmetic access(Protocol protocol, Span start) {
    Arithmetic index = parse();
    int size = 1;
    if (cursor.atSymbol(":")) {
      cursor.next();
      Token number = cursor.expectNumber("how many bytes: 1, 2 or 4");
      size = number.number();
      if (size != 1 && size != 2 && size != 4) {
        throw io.dropwatch.pcapfilter.internal.source.SyntaxFault.at(
                number.span(), "a field has 1, 2 or 4 bytes")
            .fix(size == 3 ? "read 4 bytes and mask: '[i:4] & 0xffffff00'" : "use 1, 2 or 4");
      }
    }
    cursor.expectSymbol("]", "an operator, ':' and a size, or ']'");
    return new Arithmetic.Access(protocol, index, size, cursor.since(start));
  }

  private static @Nullable Protocol protocol(Token token) {
    return token.kind() == TokenKind.KEYWORD ? Protocol.of(token.text()) : null;
  }
}
