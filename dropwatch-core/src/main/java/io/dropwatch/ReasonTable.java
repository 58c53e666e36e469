package io.dropwatch;

import io.dropwatch.DropReason.Nature;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the kernel's core reasons mean: the lines of {@code drop-reasons.tsv}, by name. */
final class ReasonTable {
  private static final String FILE = "drop-reasons.tsv";
  private static final String PREFIX = "SKB_DROP_REASON_";

  private record Meaning(Nature nature, String explanation) {}

  // Read when the first reason is explained, which most programs never ask for.
  private static final class Lines {
    static final Map<String, Meaning> BY_NAME = read();
  }

  private ReasonTable() {}

  static Nature nature(String name) {
    Meaning meaning = Lines.BY_NAME.get(name);
    return meaning == null ? Nature.UNKNOWN : meaning.nature;
  }

  static @Nullable String explanation(String name) {
    Meaning meaning = Lines.BY_NAME.get(name);
    return meaning == null ? null : meaning.explanation;
  }

  private static Map<String, Meaning> read() {
    try (InputStream table = ReasonTable.class.getResourceAsStream(FILE)) {
      return new String(Objects.requireNonNull(table, FILE).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t", 3))
          .collect(
              Collectors.toUnmodifiableMap(
                  columns -> PREFIX + columns[0],
                  columns ->
                      new Meaning(
                          Nature.valueOf(columns[1].toUpperCase(Locale.ROOT)), columns[2])));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + FILE + " of our own jar", e);
    }
  }
}
