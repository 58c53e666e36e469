package io.dropwatch.pcapfilter.differential;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A line of an expression list.
 *
 * @param ours what we compile
 * @param libpcaps the same for libpcap; differs where we accept more than it does
 */
record ListedExpression(String ours, String libpcaps) {
  /** Reads a list: an expression a line, {@code ours => libpcap's}, comments start with #. */
  static List<ListedExpression> read(String resource) {
    try (InputStream in = ListedExpression.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException("no resource " + resource);
      }
      return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(ListedExpression::of)
          .toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  static ListedExpression of(String line) {
    int arrow = line.indexOf(" => ");
    return arrow < 0
        ? new ListedExpression(line, line)
        : new ListedExpression(line.substring(0, arrow), line.substring(arrow + 4));
  }

  @Override
  public String toString() {
    return ours;
  }
}
