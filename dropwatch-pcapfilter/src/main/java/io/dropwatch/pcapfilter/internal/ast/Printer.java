package io.dropwatch.pcapfilter.internal.ast;

import io.dropwatch.pcapfilter.internal.source.SyntaxFault;
import io.dropwatch.pcapfilter.internal.token.Lexer;
import io.dropwatch.pcapfilter.internal.token.Token;
import io.dropwatch.pcapfilter.internal.token.TokenKind;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Prints a tree as an expression that parses to the same tree. */
public final class Printer {
  private final StringBuilder out = new StringBuilder();

  private Printer() {}

  /** Returns the expression of {@code tree}, with one space between tokens. */
  public static String print(Expression tree) {
    Printer printer = new Printer();
    printer.expression(tree);
    return printer.out.toString();
  }

  /** Returns the text of a number. */
  public static String print(Arithmetic number) {
    Printer printer = new Printer();
    printer.arithmetic(number);
    return printer.out.toString();
  }

  private void expression(Expression e) {
    switch (e) {
      case Expression.Everything _ -> {}
      case Expression.Chain chain -> {
        expression(chain.operands().getFirst());
        for (int i = 1; i < chain.operands().size(); i++) {
          String word = chain.connectives().get(i - 1).name().toLowerCase(Locale.ROOT);
          out.append(' ').append(word).append(' ');
          expression(chain.operands().get(i));
        }
      }
      case Expression.Not not -> {
        out.append("not ");
        expression(not.operand());
      }
      case Expression.Group group -> {
        out.append('(');
        expression(group.inner());
        out.append(')');
      }
      case Expression.Qualified qualified -> {
        out.append(qualified.qualifiers().words()).append(' ');
        expression(qualified.values());
      }
      case Expression.Value value -> literal(value.literal());
      case Expression.ProtocolName name -> out.append(name.protocol().word());
      case Expression.Relation relation -> {
        arithmetic(relation.left());
        out.append(' ').append(relation.comparison().symbol()).append(' ');
        arithmetic(relation.right());
      }
      case Expression.Broadcast broadcast -> {
        protocol(broadcast.protocol());
        out.append("broadcast");
      }
      case Expression.Multicast multicast -> {
        protocol(multicast.protocol());
        out.append("multicast");
      }
      case Expression.Less less -> unsigned("less ", less.length());
      case Expression.Greater greater -> unsigned("greater ", greater.length());
      case Expression.ByteTest test -> {
        unsigned("byte ", test.offset());
        unsigned(" " + test.comparison().symbol() + " ", test.value());
      }
      case Expression.Direction d -> out.append(d.outbound() ? "outbound" : "inbound");
      case Expression.InterfaceIndex i -> unsigned("ifindex ", i.index());
      case Expression.InterfaceName i -> out.append("ifname ").append(name(i.name()));
      case Expression.Encapsulation encapsulation -> {
        out.append(encapsulation.kind().word());
        number(" ", encapsulation.number());
      }
      case Expression.Llc llc ->
          out.append("llc")
              .append(llc.type() == null ? "" : " ")
              .append(
                  llc.type() == null ? "" : llc.type().equals("rnr") ? "rnr" : name(llc.type()));
    }
  }

  private void arithmetic(Arithmetic a) {
    switch (a) {
      case Arithmetic.Numeral number -> out.append(number.text());
      case Arithmetic.Length _ -> out.append("len");
      case Arithmetic.Access access -> {
        out.append(access.protocol().word()).append('[');
        arithmetic(access.index());
        out.append(access.size() == 1 ? "]" : ":" + access.size() + "]");
      }
      case Arithmetic.Binary binary -> {
        arithmetic(binary.left());
        out.append(' ').append(binary.operator().symbol()).append(' ');
        arithmetic(binary.right());
      }
      case Arithmetic.Negation negation -> {
        out.append('-');
        arithmetic(negation.operand());
      }
      case Arithmetic.Group group -> {
        out.append('(');
        arithmetic(group.inner());
        out.append(')');
      }
    }
  }

  private void literal(Literal literal) {
    switch (literal) {
      case Literal.Numeral number -> out.append(number.text());
      case Literal.Name name -> out.append(name(name.text()));
      case Literal.Ipv4 address -> {
        out.append(address.text());
        if (address.mask() != null) {
          out.append(" mask ").append(address.mask());
        }
        number("/", address.prefix());
      }
      case Literal.Ipv6 address -> {
        out.append(address.text());
        number("/", address.prefix());
      }
      case Literal.Mac mac -> out.append(mac.text());
    }
  }

  // A backslash escapes a name that would otherwise be a keyword, a number or an address.
  private static String name(String text) {
    try {
      List<Token> tokens = Lexer.tokens(text);
      Token first = tokens.getFirst();
      boolean plain =
          tokens.size() == 2 && first.kind() == TokenKind.WORD && first.text().equals(text);
      return plain ? text : "\\" + text;
    } catch (SyntaxFault fault) {
      return "\\" + text;
    }
  }

  private void protocol(@Nullable Protocol protocol) {
    if (protocol != null) {
      out.append(protocol.word()).append(' ');
    }
  }

  private void unsigned(String before, int value) {
    out.append(before).append(Integer.toUnsignedString(value));
  }

  private void number(String before, OptionalInt value) {
    if (value.isPresent()) {
      unsigned(before, value.getAsInt());
    }
  }
}
