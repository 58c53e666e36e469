package io.dropwatch.benchmarks;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The expressions of the filter benchmarks, by parameter. */
final class FilterExpressions {
  private FilterExpressions() {}

  static String named(String name) {
    return switch (name) {
      case "32 hosts" ->
          IntStream.rangeClosed(1, 32)
              .mapToObj(i -> "host 10.0.0." + i)
              .collect(Collectors.joining(" or "));
      default -> name;
    };
  }
}
