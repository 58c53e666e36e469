package io.dropwatch.pcapfilter;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.pcapfilter.internal.predicate.PacketView;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every construct of the language becomes code for the link types that constructs.txt names, and is
 * refused with the reason on the others.
 */
class ConstructTableTest {
  static List<String> rows() throws IOException {
    try (InputStream in = ConstructTableTest.class.getResourceAsStream("constructs.txt")) {
      if (in == null) {
        throw new IOException("constructs.txt is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void compile_construct_acceptsItForTheListedViewsOnly(String row) {
    String[] cells = row.split(" ; ", -1);
    for (PacketView view : PacketView.values()) {
      if (cells[1].contains(view.name().substring(0, 1))) {
        Filter filter = assertDoesNotThrow(() -> TestFilters.compile(cells[0], view), view.name());
        assertTrue(filter.ebpf().size() > 0);
        assertTrue(filter.classicBpf().size() > 0);
      } else {
        String summary =
            assertThrows(
                    FilterSyntaxException.class,
                    () -> TestFilters.compile(cells[0], view),
                    view.name())
                .summary();
        assertTrue(summary.contains(cells[2]), summary);
      }
    }
  }
}
