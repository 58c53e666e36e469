package io.dropwatch.pcapfilter.differential;

import static io.dropwatch.pcapfilter.differential.ExpressionArbitraries.word;
import static net.jqwik.api.Combinators.combine;

import io.dropwatch.pcapfilter.LinkType;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Expressions that are mostly none: we accept those that libpcap accepts, and no other, and mean
 * the same.
 *
 * <p>No names: libpcap would ask a resolver for them.
 */
class DisorderlyExpressionsTest {
  private static final Pattern BETWEEN_TOKENS =
      Pattern.compile("(?<=[ ()\\[\\]!:])|(?=[ ()\\[\\]!:])");

  /** What the scanner may take for a name: 1-2 outside of a port range, 10.0.0.0.1, 0200.0. */
  private static final Pattern NAME =
      Pattern.compile("\\d-\\w|\\w-\\d|(\\.\\w+){4}|\\d[g-wyz]|\\b0\\w{3}");

  /** Everything whose mutation cannot become a host's name. */
  private static final Set<Vocabulary> WITHOUT_NAMES =
      EnumSet.complementOf(
          EnumSet.of(
              Vocabulary.PROTOCOL_NUMBERS,
              Vocabulary.ETHER_TYPES,
              Vocabulary.LOGICAL_LINK,
              Vocabulary.PORT_RANGES));

  private static Arbitrary<String> token() {
    return word(
        "tcp",
        "udp",
        "ip",
        "ip6",
        "arp",
        "icmp",
        "ether",
        "host",
        "net",
        "port",
        "portrange",
        "src",
        "dst",
        "and",
        "or",
        "not",
        "!",
        "(",
        ")",
        "[",
        "]",
        ":",
        "10.0.0.1",
        "10.0.0.0/8",
        "10.1",
        "2001:db8::/32",
        "::1",
        "00:11:22:33:44:55",
        "80",
        "443",
        "0x10",
        "mask 255.0.0.0",
        "ip proto 6",
        "vlan",
        "mpls",
        "broadcast",
        "multicast",
        "less",
        "greater",
        "len",
        "=",
        "!=",
        "<",
        ">",
        "<=",
        "&",
        "|",
        "+",
        "-",
        "*",
        "/",
        "<<",
        "tcp[",
        "ip[0]",
        "tcpflags",
        "&&",
        "||",
        "\t",
        "\n");
  }

  @Provide
  Arbitrary<String> tokens() {
    return token().list().ofMinSize(1).ofMaxSize(9).map(list -> String.join(" ", list));
  }

  /** A good expression with a token lost, doubled, replaced or moved. */
  @Provide
  Arbitrary<String> mutants() {
    return combine(
            ExpressionArbitraries.expressions(WITHOUT_NAMES),
            Arbitraries.integers().between(0, 99),
            Arbitraries.integers().between(0, 3),
            token())
        .as(DisorderlyExpressionsTest::mutated)
        .withoutEdgeCases();
  }

  private static String mutated(String expression, int where, int how, String token) {
    List<String> parts = new ArrayList<>(List.of(BETWEEN_TOKENS.split(expression)));
    int at = where % parts.size();
    switch (how) {
      case 0 -> parts.set(at, " ");
      case 1 -> parts.add(at, " " + parts.get(at) + " ");
      case 2 -> parts.set(at, " " + token + " ");
      default -> parts.add(" " + parts.set(at, " "));
    }
    return String.join("", parts);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void randomTokens_haveLibpcapsVerdicts(@ForAll("tokens") String expression) {
    agree(expression);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void mutatedExpressions_haveLibpcapsVerdicts(@ForAll("mutants") String expression) {
    agree(expression);
  }

  private static void agree(String expression) {
    Assume.that(!NAME.matcher(expression).find());
    Agreement.jvmAndLibpcap(
        new ListedExpression(expression, expression),
        LinkType.ETHERNET,
        Corpora.whole(LinkType.ETHERNET));
  }
}
