package io.dropwatch.model;

import io.dropwatch.model.DropReason.Nature;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The explanations of reasons, by name: the lines of {@code drop-reasons.tsv} for the core, and of
 * {@code drop-reasons-subsystems.tsv} for subsystems and devlink traps.
 */
final class ReasonTable {
  private static final String CORE = "drop-reasons.tsv";
  private static final String SUBSYSTEMS = "drop-reasons-subsystems.tsv";
  private static final String PREFIX = "SKB_DROP_REASON_";
  private static final String AT = "@";

  private record Meaning(Nature nature, String explanation) {}

  // Read when the first reason is explained, which most programs never do.
  private static final class Lines {
    static final Map<String, Meaning> BY_NAME = new HashMap<>(read(CORE, PREFIX));

    static {
      BY_NAME.putAll(read(SUBSYSTEMS, ""));
    }
  }

  private ReasonTable() {}

  /**
   * Returns the meaning of a name where a function dropped the packet; else that of the name alone,
   * or of its longest prefix that ends before an underscore.
   */
  private static @Nullable Meaning meaning(String name, @Nullable String function) {
    Meaning exact = function == null ? null : Lines.BY_NAME.get(name + AT + source(function));
    if (exact == null) {
      exact = Lines.BY_NAME.get(name);
    }
    int end = name.lastIndexOf('_');
    while (exact == null && end > 0) {
      exact = Lines.BY_NAME.get(name.substring(0, end) + "_*");
      end = name.lastIndexOf('_', end - 1);
    }
    return exact;
  }

  // The compiler adds suffixes to copies of a function, such as .isra.0 or .constprop.0.
  private static String source(String function) {
    int end = function.indexOf('.');
    return end < 0 ? function : function.substring(0, end);
  }

  static Nature nature(String name, @Nullable String function) {
    Meaning meaning = meaning(name, function);
    return meaning == null ? Nature.UNKNOWN : meaning.nature;
  }

  static @Nullable String explanation(String name, @Nullable String function) {
    Meaning meaning = meaning(name, function);
    return meaning == null ? null : meaning.explanation;
  }

  /** Returns the functions in which a reason has a meaning of its own. */
  static SortedSet<String> functions(String name) {
    return Lines.BY_NAME.keySet().stream()
        .filter(key -> key.startsWith(name + AT))
        .map(key -> key.substring(name.length() + AT.length()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Map<String, Meaning> read(String file, String prefix) {
    try (InputStream table = ReasonTable.class.getResourceAsStream(file)) {
      return new String(Objects.requireNonNull(table, file).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t", 3))
          .collect(
              Collectors.toUnmodifiableMap(
                  columns -> prefix + columns[0],
                  columns ->
                      new Meaning(
                          Nature.valueOf(columns[1].toUpperCase(Locale.ROOT)), columns[2])));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + " of our own jar", e);
    }
  }
}
