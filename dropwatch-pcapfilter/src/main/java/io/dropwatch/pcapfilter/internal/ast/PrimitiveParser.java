package io.dropwatch.pcapfilter.internal.ast;

import io.dropwatch.pcapfilter.internal.ast.Expression.Encapsulation;
import io.dropwatch.pcapfilter.internal.ast.Qualifiers.Direction;
import io.dropwatch.pcapfilter.internal.ast.Qualifiers.Type;
import io.dropwatch.pcapfilter.internal.source.Span;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;
import io.dropwatch.pcapfilter.internal.token.Token;
import io.dropwatch.pcapfilter.internal.token.TokenKind;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Parses conditions that start with a keyword, and the qualifiers before a value. */
final class PrimitiveParser {
  private static final String NUMBER = "a number";

  private final TokenStream cursor;

  PrimitiveParser(TokenStream cursor) {
    this.cursor = cursor;
  }

  /** Parses the qualifiers of a value; returns null and consumes nothing if there are none. */
  @Nullable Qualifiers qualifiers() {
    Protocol protocol = protocol(cursor.peek());
    Token deciding = protocol == null ? cursor.peek() : cursor.peekSecond();
    boolean direction = deciding.isKeyword("src") || deciding.isKeyword("dst");
    if (!direction && type(deciding) == null) {
      return null;
    }
    if (protocol != null) {
      cursor.next();
    }
    if (!direction) {
      return new Qualifiers(protocol, null, type(cursor.next()));
    }
    Direction which = direction();
    Type type = type(cursor.peek());
    if (type == Type.PROTO || type == Type.PROTOCHAIN) {
      throw SyntaxFault.at(cursor.peek().span(), "a protocol has no direction")
          .fix("remove '" + which.words() + "'");
    }
    if (type != null) {
      cursor.next();
    }
    return new Qualifiers(protocol, which, type);
  }

  private Direction direction() {
    Token first = cursor.next();
    boolean source = first.text().equals("src");
    if (!cursor.atSymbol("and") && !cursor.atSymbol("or")) {
      return source ? Direction.SRC : Direction.DST;
    }
    boolean both = cursor.next().text().equals("and");
    String other = source ? "dst" : "src";
    if (!cursor.atKeyword(other)) {
      throw ParseErrors.token(cursor.peek(), "'" + other + "'");
    }
    cursor.next();
    return both ? Direction.SRC_AND_DST : Direction.SRC_OR_DST;
  }

  /** Parses a condition without an address, port or protocol value. */
  Expression parse() {
    Token token = cursor.peek();
    Span start = token.span();
    if (token.kind() != TokenKind.KEYWORD || UnsupportedKeywords.reason(token.text()) != null) {
      throw ParseErrors.token(token, ParseErrors.PRIMITIVE);
    }
    Protocol protocol = protocol(token);
    if (protocol != null) {
      cursor.next();
      return afterProtocol(protocol, start);
    }
    cursor.next();
    return switch (token.text()) {
      case "broadcast" -> new Expression.Broadcast(null, start);
      case "multicast" -> new Expression.Multicast(null, start);
      case "less" -> new Expression.Less(cursor.expectNumber(NUMBER).number(), cursor.since(start));
      case "greater" ->
          new Expression.Greater(cursor.expectNumber(NUMBER).number(), cursor.since(start));
      case "byte" -> byteTest(start);
      case "inbound" -> new Expression.Direction(false, start);
      case "outbound" -> new Expression.Direction(true, start);
      case "ifindex" ->
          new Expression.InterfaceIndex(cursor.expectNumber(NUMBER).number(), cursor.since(start));
      case "ifname" -> device(start);
      case "llc" -> llc(start);
      case "vlan" -> encapsulation(Encapsulation.Kind.VLAN, start);
      case "mpls" -> encapsulation(Encapsulation.Kind.MPLS, start);
      case "pppoes" -> encapsulation(Encapsulation.Kind.PPPOE_SESSION, start);
      case "geneve" -> encapsulation(Encapsulation.Kind.GENEVE, start);
      case "vxlan" -> encapsulation(Encapsulation.Kind.VXLAN, start);
      case "pppoed" ->
          new Encapsulation(Encapsulation.Kind.PPPOE_DISCOVERY, OptionalInt.empty(), start);
      default -> throw ParseErrors.token(token, ParseErrors.PRIMITIVE);
    };
  }

  private Expression afterProtocol(Protocol protocol, Span start) {
    Token next = cursor.peek();
    if (next.isKeyword("broadcast")) {
      cursor.next();
      return new Expression.Broadcast(protocol, cursor.since(start));
    }
    if (next.isKeyword("multicast")) {
      cursor.next();
      return new Expression.Multicast(protocol, cursor.since(start));
    }
    String refused =
        next.kind() == TokenKind.KEYWORD ? UnsupportedKeywords.reason(next.text()) : null;
    if (refused != null) {
      throw ParseErrors.refused(next, refused);
    }
    return new Expression.ProtocolName(protocol, start);
  }

  private Expression byteTest(Span start) {
    int offset = cursor.expectNumber("the offset of the byte").number();
    Token operator = cursor.next();
    if (operator.isSymbol("&") || operator.isSymbol("|")) {
      throw SyntaxFault.at(
              operator.span(), "'byte' with & or | compares a byte that libpcap never reads")
          .fix("write 'ether[" + offset + "] " + operator.text() + " VALUE != 0'");
    }
    Comparison comparison =
        switch (operator.kind() == TokenKind.SYMBOL ? operator.text() : "") {
          case "=" -> Comparison.EQUAL;
          case "<" -> Comparison.LESS;
          case ">" -> Comparison.GREATER;
          default -> throw ParseErrors.token(operator, "'=', '<' or '>'");
        };
    int value = cursor.expectNumber("the value to compare with").number();
    return new Expression.ByteTest(offset, comparison, value, cursor.since(start));
  }

  private Expression device(Span start) {
    Token name = cursor.peek();
    if (name.kind() == TokenKind.SYMBOL || name.kind() == TokenKind.END) {
      throw ParseErrors.token(name, "the name of a device");
    }
    cursor.next();
    return new Expression.InterfaceName(name.text(), cursor.since(start));
  }

  private Expression llc(Span start) {
    Token next = cursor.peek();
    if (next.kind() == TokenKind.WORD || next.isKeyword("rnr")) {
      cursor.next();
      return new Expression.Llc(next.text(), cursor.since(start));
    }
    return new Expression.Llc(null, start);
  }

  private Expression encapsulation(Encapsulation.Kind kind, Span start) {
    int parentheses = 0;
    while (cursor.atSymbol("(")) {
      cursor.descend(cursor.next().span());
      parentheses++;
    }
    OptionalInt number = OptionalInt.empty();
    if (parentheses > 0 || cursor.at(TokenKind.NUMBER)) {
      number = OptionalInt.of(cursor.expectNumber(NUMBER).number());
    }
    for (int i = 0; i < parentheses; i++) {
      cursor.expectSymbol(")", "')'");
      cursor.ascend();
    }
    return new Encapsulation(kind, number, cursor.since(start));
  }

  private static @Nullable Protocol protocol(Token token) {
    return token.kind() == TokenKind.KEYWORD ? Protocol.of(token.text()) : null;
  }

  private static @Nullable Type type(Token token) {
    if (token.kind() == TokenKind.KEYWORD) {
      for (Type type : Type.values()) {
        if (type.word().equals(token.text())) {
          return type;
        }
      }
    }
    return null;
  }
}
