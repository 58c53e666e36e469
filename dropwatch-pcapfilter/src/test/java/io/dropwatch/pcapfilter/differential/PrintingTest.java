package io.dropwatch.pcapfilter.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.internal.ast.Expression;
import io.dropwatch.pcapfilter.internal.ast.Parser;
import io.dropwatch.pcapfilter.internal.ast.Printer;
import io.dropwatch.pcapfilter.internal.ast.TreeDump;
import io.dropwatch.pcapfilter.internal.source.SyntaxFault;
import io.dropwatch.pcapfilter.internal.token.Lexer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/**
 * {@code parse(print(tree)) = tree}, and printing what was printed changes nothing more: for every
 * construct of constructs.txt, for whatever libpcap's grammar generates, and for any nesting of
 * both, however it is spaced.
 */
class PrintingTest {
  private static final List<String> CONSTRUCTS = constructs();

  @Test
  void print_everyConstruct_parsesToTheSameTree() {
    CONSTRUCTS.forEach(PrintingTest::assertSurvives);
    assertTrue(CONSTRUCTS.size() > 100, CONSTRUCTS::toString);
  }

  @Property(tries = 4000)
  void print_nestedExpressions_parseToTheSameTree(@ForAll("nested") String expression) {
    // The grammar of the comparison has what libpcap refuses too, such as "pppoed 0".
    Assume.that(isOfTheLanguage(expression));
    assertSurvives(expression);
  }

  @Provide
  Arbitrary<String> nested() {
    return nested(3);
  }

  private static Arbitrary<String> nested(int depth) {
    Arbitrary<String> primitive =
        Arbitraries.oneOf(
            Arbitraries.of(CONSTRUCTS),
            ExpressionArbitraries.expressions(EnumSet.allOf(Vocabulary.class)));
    if (depth == 0) {
      return primitive;
    }
    Arbitrary<String> inner = nested(depth - 1);
    Arbitrary<String> space = Arbitraries.of(" ", "  ", "\t", "\n", " \r\n ");
    Arbitrary<String> operator = Arbitraries.of("and", "or", "&&", "||");
    Arbitrary<String> not = Arbitraries.of("not", "!", "! not", "!!");
    return Arbitraries.oneOf(
        primitive,
        Combinators.combine(inner, space).as((e, s) -> "(" + s + e + s + ")"),
        Combinators.combine(not, space, inner).as((n, s, e) -> n + s + e),
        Combinators.combine(inner, space, operator, space, inner)
            .as((a, s, o, t, b) -> a + s + o + t + b));
  }

  private static void assertSurvives(String expression) {
    Expression tree = parse(expression);
    String printed = Printer.print(tree);
    Expression again = parse(printed);
    assertEquals(TreeDump.print(tree), TreeDump.print(again), () -> expression + "\n" + printed);
    assertEquals(printed, Printer.print(again));
  }

  private static Expression parse(String expression) {
    return Parser.parse(Lexer.tokens(expression));
  }

  /** The constructs that are of the language, whatever they are refused for later. */
  private static List<String> constructs() {
    try (InputStream in =
        PrintingTest.class.getResourceAsStream("/io/dropwatch/pcapfilter/constructs.txt")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(" ; ", -1)[0])
          .filter(PrintingTest::isOfTheLanguage)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isOfTheLanguage(String text) {
    try {
      parse(text);
      return true;
    } catch (SyntaxFault refusal) {
      return false;
    }
  }
}
