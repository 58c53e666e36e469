package io.dropwatch.pcapfilter.internal.ast;

import io.dropwatch.pcapfilter.internal.ast.Expression.Connective;
import io.dropwatch.pcapfilter.internal.source.Span;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;
import io.dropwatch.pcapfilter.internal.token.Token;
import io.dropwatch.pcapfilter.internal.token.TokenKind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds the syntax tree of libpcap's grammar.
 *
 * <p>After an opening parenthesis a condition, a number or a list of values may follow, and the
 * grammar does not decide which until later: {@link #unit} returns whichever it finds.
 */
public final class Parser {
  private final TokenStream cursor;
  private final ArithmeticParser arithmetic;
  private final LiteralParser literals;
  private final PrimitiveParser primitives;

  private Parser(List<Token> tokens) {
    this.cursor = new TokenStream(tokens);
    this.arithmetic = new ArithmeticParser(cursor);
    this.literals = new LiteralParser(cursor);
    this.primitives = new PrimitiveParser(cursor);
  }

  /**
   * Returns the tree of {@code tokens}.
   *
   * @throws SyntaxFault if the tokens are not an expression
   */
  public static Expression parse(List<Token> tokens) {
    return new Parser(tokens).program();
  }

  /** A condition, a list of values, or a number that has not been compared yet. */
  private record Unit(@Nullable Expression test, @Nullable Arithmetic number, boolean value) {}

  private Expression program() {
    if (cursor.at(TokenKind.END)) {
      return new Expression.Everything(cursor.peek().span());
    }
    Expression expression = test(unit(false), false);
    expression = chain(expression, false, false);
    if (!cursor.at(TokenKind.END)) {
      throw ParseErrors.after(cursor.previous(), cursor.peek());
    }
    return expression;
  }

  private Expression chain(Expression first, boolean valuesOnly, boolean protocols) {
    List<Expression> operands = new ArrayList<>();
    List<Connective> connectives = new ArrayList<>();
    operands.add(first);
    while (cursor.atSymbol("and") || cursor.atSymbol("or")) {
      connectives.add(cursor.next().text().equals("and") ? Connective.AND : Connective.OR);
      Token start = cursor.peek();
      Unit unit = valuesOnly ? values(protocols) : unit(true);
      if (valuesOnly && !unit.value()) {
        throw SyntaxFault.at(start.span(), "a list of values can only contain values")
            .fix("close the parenthesis first");
      }
      operands.add(test(unit, true));
    }
    return operands.size() == 1
        ? first
        : new Expression.Chain(operands, connectives, cursor.since(first.span()));
  }

  /** Parses an operand of {@code and} and {@code or}. */
  private Unit unit(boolean valueAllowed) {
    Token token = cursor.peek();
    Span start = token.span();
    if (token.isSymbol("not")) {
      cursor.next();
      cursor.descend(start);
      Unit operand = unit(valueAllowed);
      Expression inner = test(operand, valueAllowed);
      cursor.ascend();
      return new Unit(new Expression.Not(inner, cursor.since(start)), null, isValue(operand));
    }
    if (token.isSymbol("(")) {
      cursor.startComparison();
      return parenthesized(valueAllowed);
    }
    if (arithmetic.starts()) {
      cursor.startComparison();
      return comparison(arithmetic.parse());
    }
    if (literals.starts()) {
      if (!valueAllowed) {
        throw ParseErrors.bareValue(token);
      }
      return new Unit(literals.parse(ParseErrors.PRIMITIVE), null, true);
    }
    Qualifiers qualifiers = primitives.qualifiers();
    if (qualifiers != null) {
      Unit values = values(ofProtocols(qualifiers));
      Expression value = test(values, true);
      return new Unit(
          new Expression.Qualified(qualifiers, value, cursor.since(start)), null, false);
    }
    return new Unit(primitives.parse(), null, false);
  }

  private Unit parenthesized(boolean valueAllowed) {
    Span start = cursor.next().span();
    cursor.descend(start);
    Unit first = unit(valueAllowed);
    Unit result;
    if (first.number() != null && cursor.atSymbol(")")) {
      cursor.next();
      Arithmetic group = new Arithmetic.Group(first.number(), cursor.since(start));
      result = comparison(arithmetic.climb(group, 0));
    } else {
      result = group(start, first, valueAllowed, false);
    }
    cursor.ascend();
    return result;
  }

  private Unit group(Span start, Unit first, boolean valueAllowed, boolean protocols) {
    boolean values = isValue(first) && valueAllowed;
    Expression head = test(first, valueAllowed);
    if (values && head instanceof Expression.Group inner && !pure(inner)) {
      throw SyntaxFault.at(inner.span(), "a list of values cannot start with another list")
          .fix("remove one pair of parentheses");
    }
    Expression inner = chain(head, values, protocols);
    cursor.expectSymbol(")", "'and', 'or' or ')'");
    return new Unit(new Expression.Group(inner, cursor.since(start)), null, values);
  }

  /** Parses a value, a negated value or a parenthesized list of values. */
  private Unit values(boolean protocols) {
    Token token = cursor.peek();
    Span start = token.span();
    if (token.isSymbol("not")) {
      cursor.next();
      cursor.descend(start);
      Expression inner = test(values(protocols), true);
      cursor.ascend();
      return new Unit(new Expression.Not(inner, cursor.since(start)), null, true);
    }
    if (token.isSymbol("(")) {
      cursor.next();
      cursor.descend(start);
      Unit result = group(start, values(protocols), true, protocols);
      cursor.ascend();
      return result;
    }
    String expected = "an address, a number or a name";
    Expression value = protocols ? literals.parseProtocol(expected) : literals.parse(expected);
    return new Unit(value, null, true);
  }

  private static boolean ofProtocols(Qualifiers qualifiers) {
    return qualifiers.type() == Qualifiers.Type.PROTO
        || qualifiers.type() == Qualifiers.Type.PROTOCHAIN;
  }

  private Unit comparison(Arithmetic left) {
    Comparison comparison = relation();
    if (comparison == null) {
      return new Unit(null, left, false);
    }
    cursor.next();
    Arithmetic right = arithmetic.parse();
    Span span = left.span().to(right.span());
    return new Unit(new Expression.Relation(left, comparison, right, span), null, false);
  }

  private @Nullable Comparison relation() {
    if (cursor.at(TokenKind.SYMBOL)) {
      for (Comparison comparison : Comparison.values()) {
        if (comparison.symbol().equals(cursor.peek().text())) {
          return comparison;
        }
      }
    }
    return null;
  }

  private Expression test(Unit unit, boolean valueAllowed) {
    if (unit.test() != null) {
      return unit.test();
    }
    Arithmetic number = unit.number();
    Expression value = number == null || !valueAllowed ? null : asValue(number);
    if (value != null) {
      return value;
    }
    SyntaxFault fault =
        SyntaxFault.at(cursor.peek().span(), "a number alone is not a condition")
            .expecting("a comparison: =, !=, <, <=, > or >=");
    throw fault.fix(
        number instanceof Arithmetic.Numeral(int port, String text, Span _)
                && Integer.compareUnsigned(port, 65535) <= 0
            ? "write 'port " + text + "' if a port is meant"
            : "add '!= 0'");
  }

  // A number that turned out to be a value, with the parentheses around it.
  private static @Nullable Expression asValue(Arithmetic number) {
    return switch (number) {
      case Arithmetic.Numeral n ->
          new Expression.Value(new Literal.Numeral(n.value(), n.text()), n.span());
      case Arithmetic.Group group -> {
        Expression inner = asValue(group.inner());
        yield inner == null ? null : new Expression.Group(inner, group.span());
      }
      case Arithmetic.Length _, Arithmetic.Access _, Arithmetic.Binary _, Arithmetic.Negation _ ->
          null;
    };
  }

  private static boolean isValue(Unit unit) {
    return unit.value() || (unit.number() != null && asValue(unit.number()) != null);
  }

  private static boolean pure(Expression.Group group) {
    Expression inner = group.inner();
    while (inner instanceof Expression.Group nested) {
      inner = nested.inner();
    }
    return inner instanceof Expression.Value value && value.literal() instanceof Literal.Numeral;
  }
}
