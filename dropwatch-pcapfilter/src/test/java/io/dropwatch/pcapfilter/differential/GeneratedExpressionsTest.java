package io.dropwatch.pcapfilter.differential;

import io.dropwatch.pcapfilter.LinkType;
import java.util.EnumSet;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Generated expressions: the JVM's verdict is libpcap's verdict.
 *
 * <p>The long run, with the kernel: {@link LongComparison}.
 */
class GeneratedExpressionsTest {
  @Provide
  Arbitrary<String> expressions() {
    return ExpressionArbitraries.expressions(EnumSet.allOf(Vocabulary.class));
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void ethernet(@ForAll("expressions") String expression) {
    agree(expression, LinkType.ETHERNET);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void rawIp(@ForAll("expressions") String expression) {
    agree(expression, LinkType.RAW_IP);
  }

  private static void agree(String expression, LinkType link) {
    Agreement.jvmAndLibpcap(ListedExpression.of(expression), link, Corpora.sample(link));
  }
}
