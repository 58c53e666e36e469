package io.dropwatch.pcapfilter.differential;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dropwatch.pcapfilter.FilterSyntaxException;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.oracle.Libpcap;
import io.dropwatch.pcapfilter.oracle.Libpcap.Dlt;
import io.dropwatch.pcapfilter.oracle.Libpcap.Mode;
import io.dropwatch.pcapfilter.oracle.LibpcapRefusal;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The evaluator in the JVM against libpcap, over the lists of expressions and the full corpus. */
class LibpcapAgreementTest {
  static List<ListedExpression> common() {
    return ListedExpression.read("common.txt");
  }

  static List<ListedExpression> table() {
    return ListedExpression.read("table.txt");
  }

  static List<ListedExpression> refused() {
    return ListedExpression.read("refused.txt");
  }

  @ParameterizedTest
  @MethodSource({"common", "table"})
  void ethernet(ListedExpression expression) {
    Agreement.jvmAndLibpcap(expression, LinkType.ETHERNET, Corpora.full(LinkType.ETHERNET));
  }

  @ParameterizedTest
  @MethodSource({"common", "table"})
  void rawIp(ListedExpression expression) {
    Agreement.jvmAndLibpcap(expression, LinkType.RAW_IP, Corpora.full(LinkType.RAW_IP));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void compile_whatLibpcapRefuses_isRefused(ListedExpression expression) {
    assertThrows(
        LibpcapRefusal.class,
        () -> Libpcap.compile(expression.libpcaps(), Dlt.EN10MB, Mode.UNOPTIMIZED).close());
    for (LinkType link : LinkType.values()) {
      assertThrows(FilterSyntaxException.class, () -> PcapFilter.compile(expression.ours(), link));
    }
  }
}
