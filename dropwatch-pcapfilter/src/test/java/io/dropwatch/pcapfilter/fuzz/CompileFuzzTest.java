package io.dropwatch.pcapfilter.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A short run of {@link CompileFuzz}; the long one is a command. */
class CompileFuzzTest {
  @Test
  void anyTextIsAFilterThatBecomesCodeOrIsRefused() {
    assertEquals(List.of(), CompileFuzz.failures(50_000, 20_261_125));
  }
}
