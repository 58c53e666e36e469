package io.dropwatch.pcapfilter.internal.ast;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropwatch.pcapfilter.internal.token.Lexer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How tokens nest. */
class ParserTest {
  /** Numbers with every operation in parentheses, so that precedence shows. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '=',
      textBlock =
          """
          1 + 2 * 3        = (1 + (2 * 3))
          1 * 2 + 3        = ((1 * 2) + 3)
          1 - 2 - 3        = ((1 - 2) - 3)
          1 | 2 & 3        = (1 | (2 & 3))
          1 & 2 << 3 + 4   = (1 & (2 << (3 + 4)))
          1 % 3 + 1        = (1 % (3 + 1))
          1 * 2 % 3 * 4    = (1 * (2 % (3 * 4)))
          1 ^ 2 | 3        = (1 ^ (2 | 3))
          1 % 2 ^ 3        = (1 % (2 ^ 3))
          -1 + 2           = (-(1) + 2)
          -1 % 2           = -((1 % 2))
          - - 1            = -(-(1))
          (1 + 2) * 3      = ((1 + 2) * 3)
          tcp[1 + 2 : 4]   = tcp[(1 + 2):4]
          """)
  void operatorsBind(String number, String nested) {
    Expression tree = parse(number + " > 0");
    Expression.Relation relation = (Expression.Relation) tree;
    assertEquals(nested, nested(relation.left()));
  }

  @Test
  void andAndOr_haveEqualPrecedence() {
    assertEquals(
        """
        chain
          test tcp
          or
          test udp
          and
          not
            qualified src host
              value ipv4 10.0.0.1
          or
          value number 80
        """,
        TreeDump.print(parse("tcp or udp and not src host 10.0.0.1 or 80")));
  }

  @Test
  void qualifier_appliesToListOfValues() {
    assertEquals(
        """
        qualified tcp src and dst portrange
          group
            chain
              value name 1-2
              or
              not
                value number 5
        """,
        TreeDump.print(parse("tcp src and dst portrange (1-2 or not 5)")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      textBlock =
          """
          tcp&&port 80                 ; tcp and port 80
          link host 0:1:2:3:4:5        ; ether host 0:1:2:3:4:5
          !(ip||ip6)                   ; not (ip or ip6)
          ip proto tcp                 ; ip proto \\tcp
          net 10.0.0.0 mask 255.0.0.0  ; net 10.0.0.0 mask 255.0.0.0
          net   fe80::/10              ; net fe80::/10
          vlan((5))                    ; vlan 5
          byte 12==8                   ; byte 12 = 8
          ip[0]&0xf==5                 ; ip[0] & 0xf = 5
          """)
  void prints(String expression, String printed) {
    assertEquals(printed, Printer.print(parse(expression)));
  }

  @Property
  void parse_printedTree_isTheSameTree(@ForAll("expressions") String expression) {
    Expression tree = parse(expression);
    assertEquals(TreeDump.print(tree), TreeDump.print(parse(Printer.print(tree))));
  }

  @Provide
  Arbitrary<String> expressions() {
    return expression(4);
  }

  private static Arbitrary<String> expression(int depth) {
    if (depth == 0) {
      return primitive();
    }
    Arbitrary<String> inner = expression(depth - 1);
    return Arbitraries.oneOf(
        primitive(),
        inner.map(e -> "(" + e + ")"),
        inner.map(e -> "not " + e),
        Combinators.combine(inner, inner).as((a, b) -> a + " or " + b),
        Combinators.combine(inner, inner).as((a, b) -> a + " && " + b));
  }

  private static Arbitrary<String> primitive() {
    Arbitrary<String> fixed =
        Arbitraries.of(
            "tcp",
            "ether host 0011.2233.4455",
            "src or dst net 10.1",
            "ip6 proto \\esp",
            "port (http or 8080 or not 1)",
            "less 10",
            "greater 0x20",
            "vlan",
            "mpls 7",
            "llc ui",
            "ip broadcast",
            "multicast",
            "inbound",
            "ifindex 3",
            "decnet src host 1.2",
            "protochain 6",
            "byte 1 < 2");
    Arbitrary<String> relation =
        Combinators.combine(number(3), Arbitraries.of("=", "!=", ">", "<="), number(2))
            .as((a, op, b) -> a + op + b);
    return Arbitraries.oneOf(fixed, relation);
  }

  private static Arbitrary<String> number(int depth) {
    Arbitrary<String> leaf = Arbitraries.of("1", "0x1f", "tcp-syn", "len", "ip[9]", "tcp[2:2]");
    if (depth == 0) {
      return leaf;
    }
    return Arbitraries.oneOf(
        leaf,
        number(depth - 1).map(n -> "(" + n + ")"),
        number(depth - 1).map(n -> "-" + n),
        number(depth - 1).map(n -> "udp[" + n + ":4]"),
        Combinators.combine(
                number(depth - 1),
                Arbitraries.of("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"),
                number(depth - 1))
            .as((a, op, b) -> a + " " + op + " " + b));
  }

  private static Expression parse(String expression) {
    return Parser.parse(Lexer.tokens(expression));
  }

  private static String nested(Arithmetic a) {
    return switch (a) {
      case Arithmetic.Numeral numeral -> numeral.text();
      case Arithmetic.Length _ -> "len";
      case Arithmetic.Group group -> nested(group.inner());
      case Arithmetic.Negation negation -> "-(" + nested(negation.operand()) + ")";
      case Arithmetic.Access access ->
          access.protocol().word() + "[" + nested(access.index()) + ":" + access.size() + "]";
      case Arithmetic.Binary b ->
          "(" + nested(b.left()) + " " + b.operator().symbol() + " " + nested(b.right()) + ")";
    };
  }
}
