package io.dropwatch.pcapfilter;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dropwatch.pcapfilter.internal.predicate.PacketView;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * The text of every error, as the golden file {@code errors.txt} has them: a line with {@code ===},
 * the link type and the expression (Java escapes for what is not printable), then the message.
 */
class ErrorTextTest {
  @Test
  void errors_matchGoldenFile() throws IOException {
    List<Executable> checks = new ArrayList<>();
    for (String block : golden().split("(?m)^=== ", -1)) {
      if (!block.isBlank()) {
        checks.add(() -> check(block));
      }
    }
    assertAll(checks);
  }

  @Test
  void summary_hasPositionExpectationAndFixOnOneLine() {
    FilterSyntaxException e =
        assertThrows(
            FilterSyntaxException.class,
            () -> PcapFilter.compile("tcp prot 80", LinkType.ETHERNET));
    assertEquals(
        "line 1, column 5: unknown word 'prot'; expected 'and', 'or' or the end of the expression;"
            + " did you mean 'port'?",
        e.summary());
    assertEquals(4, e.offset());
    assertEquals(8, e.endOffset());
    assertEquals(1, e.line());
    assertEquals(5, e.column());
  }

  private static void check(String block) {
    int newline = block.indexOf('\n');
    String[] header = block.substring(0, newline).split(" ", 2);
    String expression = header[1].translateEscapes();
    PacketView view = PacketView.valueOf(header[0]);
    FilterSyntaxException e =
        assertThrows(
            FilterSyntaxException.class, () -> TestFilters.compile(expression, view), header[1]);
    assertEquals(block.substring(newline + 1).stripTrailing(), e.getMessage(), header[1]);
  }

  private static String golden() throws IOException {
    try (InputStream in = ErrorTextTest.class.getResourceAsStream("errors.txt")) {
      if (in == null) {
        throw new IOException("errors.txt is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
