package io.dropwatch.pcapfilter.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A short run of {@link CompileFuzz}; the long one is a command. */
class CompileFuzzTest {
  private static final int EXPRESSIONS = Integer.getInteger("dropwatch.fuzz.expressions", 50_000);

  @Test
  void anyText_compilesToCodeOrIsRefused() {
    assertEquals(List.of(), CompileFuzz.failures(EXPRESSIONS, 20_261_125));
  }
}
