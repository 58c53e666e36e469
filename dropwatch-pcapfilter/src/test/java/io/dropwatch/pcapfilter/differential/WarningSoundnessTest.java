package io.dropwatch.pcapfilter.differential;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.FilterSyntaxException;
import io.dropwatch.pcapfilter.FilterWarning;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.packet.SamplePacket;
import java.util.EnumSet;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** No packet of the corpus belies a warning, and every warning prints. */
class WarningSoundnessTest {
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
      switch (warning.kind()) {
        case MATCHES_NOTHING -> {
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
                filter.explain(packet.bytes(), packet.wireLength()).parts().stream()
                    .anyMatch(
                        part ->
                            part.outcome() == io.dropwatch.pcapfilter.Explanation.Outcome.REJECTED);
            assertTrue(matches || rejected, expression + " on " + packet);
          }
        }
        case SHIFTED_OFFSETS,
            MIXED_CONNECTIVES,
            NOT_OF_A_LIST,
            SHORT_HOST,
            GREEDY_OPERATOR,
            IPV6_EXTENSION_HEADERS,
            IPV4_ONLY,
            LATER_FRAGMENTS -> {}
      }
    }
  }
}
