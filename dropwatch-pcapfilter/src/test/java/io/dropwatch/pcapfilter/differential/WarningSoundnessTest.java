package io.dropwatch.pcapfilter.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.FilterSyntaxException;
import io.dropwatch.pcapfilter.FilterWarning;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.packet.SamplePacket;
import java.util.EnumSet;
import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No packet of the corpus contradicts a warning, and every warning prints. */
class WarningSoundnessTest {
  /** Removing it would shift the conditions after it. */
  private static final Pattern SHIFTS = Pattern.compile("vlan|mpls|pppoe|geneve|vxlan");

  /** A bare value after it would inherit other qualifiers. */
  private static final Pattern INHERITS =
      Pattern.compile("^[ )]*(and|or|&&|\\|\\|)[ (!]*(not )*[ (!]*[0-9\\\\:]");

  @Provide
  Arbitrary<String> expressions() {
    return ExpressionArbitraries.expressions(EnumSet.allOf(Vocabulary.class));
  }

  @Property(edgeCases = EdgeCasesMode.NONE, tries = 500)
  void ethernet(@ForAll("expressions") String expression) {
    check(expression, LinkType.ETHERNET);
  }

  @Property(edgeCases = EdgeCasesMode.NONE, tries = 500)
  void rawIp(@ForAll("expressions") String expression) {
    check(expression, LinkType.RAW_IP);
  }

  private static void check(String expression, LinkType link) {
    PcapFilter filter;
    try {
      filter = PcapFilter.compile(expression, link);
    } catch (FilterSyntaxException _) {
      return;
    }
    for (FilterWarning warning : filter.warnings()) {
      assertTrue(warning.toString().startsWith("line "), warning.toString());
      List<SamplePacket> packets = Corpora.sample(link);
      switch (warning.code()) {
        case MATCHES_NOTHING -> {
          if (warning.endOffset() - warning.offset() < expression.length()) {
            partMatchesNothing(filter, warning, packets);
            continue;
          }
          for (SamplePacket packet : packets) {
            assertFalse(
                filter.matches(packet.bytes(), packet.wireLength()), expression + " on " + packet);
          }
        }
        // Whatever does not match was too short for some read, or a divisor was zero.
        case MATCHES_EVERYTHING -> {
          for (SamplePacket packet : packets) {
            boolean matches = filter.matches(packet.bytes(), packet.wireLength());
            boolean rejected =
                filter.explain(packet.bytes(), packet.wireLength()).primitives().stream()
                    .anyMatch(
                        primitive ->
                            primitive.outcome()
                                == io.dropwatch.pcapfilter.Explanation.Outcome.REJECTED);
            assertTrue(matches || rejected, expression + " on " + packet);
          }
        }
        case SHIFTED_OFFSETS,
            AND_OR_PRECEDENCE,
            NOT_BEFORE_LIST,
            SHORT_HOST_ADDRESS,
            OPERATOR_PRECEDENCE,
            IPV6_EXTENSION_HEADERS,
            IPV4_ONLY,
            LATER_FRAGMENTS -> {}
      }
    }
  }

  /**
   * With the part replaced by what is never true, whatever matched still matches: it did so because
   * of something else.
   */
  private static void partMatchesNothing(
      PcapFilter filter, FilterWarning warning, List<SamplePacket> packets) {
    String expression = filter.expression();
    String part = expression.substring(warning.offset(), warning.endOffset());
    String after = expression.substring(warning.endOffset());
    if (SHIFTS.matcher(part).find() || INHERITS.matcher(after).find()) {
      return;
    }
    String without = expression.substring(0, warning.offset()) + "(1 = 2)" + after;
    PcapFilter other;
    try {
      other = PcapFilter.compile(without, filter.linkType());
    } catch (FilterSyntaxException _) {
      return; // a bare value has nothing to inherit any more
    }
    for (SamplePacket packet : packets) {
      assertTrue(
          !filter.matches(packet.bytes(), packet.wireLength())
              || other.matches(packet.bytes(), packet.wireLength()),
          () -> warning + "\nbut it matches " + packet);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "tcp and udp or icmp,                        tcp and udp",
    "icmp or (tcp and udp),                      (tcp and udp)",
    "icmp or (tcp and udp) or arp,               (tcp and udp)",
    "tcp and (udp or port 80),                   udp",
    "not (icmp or (ip and ip6)),                 (ip and ip6)",
    "host 10.0.0.1 or (less 10 and greater 20),  (less 10 and greater 20)",
    "udp or 1 = 2,                               1 = 2",
    "udp or (ip proto 6 and 17 and tcp),         (ip proto 6 and 17 and tcp)",
    "tcp and port 80 or 443,                     ",
    "(tcp and port 80) or (udp and port 53),     ",
    "tcp or udp and port 53,                     ",
    "tcp or udp and icmp,                        tcp or udp and icmp",
    "not ip and ip proto 6 or arp,               not ip and ip proto 6",
    "ip and (tcp or udp) and (port 80 or icmp),  icmp",
    "tcp and not (udp or port 80),               udp",
  })
  void warnings_deadAlternative_isReported(String expression, @Nullable String part) {
    List<String> reported =
        PcapFilter.compile(expression, LinkType.ETHERNET).warnings().stream()
            .filter(warning -> warning.code() == FilterWarning.Code.MATCHES_NOTHING)
            .map(warning -> expression.substring(warning.offset(), warning.endOffset()))
            .toList();
    assertEquals(part == null ? List.of() : List.of(part), reported);
  }
}
