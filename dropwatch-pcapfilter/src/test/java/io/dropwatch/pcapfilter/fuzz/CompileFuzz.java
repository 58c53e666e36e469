package io.dropwatch.pcapfilter.fuzz;

import io.dropwatch.pcapfilter.Filter;
import io.dropwatch.pcapfilter.FilterSyntaxException;
import io.dropwatch.pcapfilter.FilterWarning;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;
import io.dropwatch.pcapfilter.SkbFilter;
import io.dropwatch.pcapfilter.SkbPacket;
import io.dropwatch.pcapfilter.TestFilters;
import io.dropwatch.pcapfilter.internal.predicate.PacketView;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Throws text at {@link PcapFilter#compile}: each is a filter or a {@link FilterSyntaxException}
 * with a place, and what is a filter prints, compiles again to the same, and becomes code.
 *
 * <pre>{@code
 * java -cp dropwatch-pcapfilter/target/classes:dropwatch-pcapfilter/target/test-classes \
 *     io.dropwatch.pcapfilter.fuzz.CompileFuzz 10000000 1
 * }</pre>
 *
 * <p>Arguments: how many texts, and the seed. Ends with 1 when one of them did something else; that
 * text is printed with Java's escapes.
 */
public final class CompileFuzz {
  /** A text that takes longer is reported; none has more than a few hundred characters. */
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** A hidden class costs some milliseconds, so only one filter in so many gets one. */
  private static final int CLASS_EVERY = 500;

  private static final int SUGGESTIONS_EVERY = 20;
  private static final int REPORT_EVERY = 1_000_000;
  private static final int MAX_FAILURES = 20;
  private static final byte[] PACKET = new byte[64];

  private final List<String> failures = new ArrayList<>();
  private long filters;
  private long refusals;
  private long outOfRoom;
  private Duration slowest = Duration.ZERO;

  private CompileFuzz() {}

  /** Runs; see the class. */
  public static void main(String[] arguments) {
    int count = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
    long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1;
    List<String> failures = new CompileFuzz().run(count, seed);
    failures.forEach(System.out::println);
    System.exit(failures.isEmpty() ? 0 : 1);
  }

  /** What went wrong with texts of this seed, each with its text; at most 20. */
  public static List<String> failures(int count, long seed) {
    return new CompileFuzz().run(count, seed);
  }

  private List<String> run(int count, long seed) {
    HostileText texts = new HostileText(new Random(seed), seeds());
    PacketView[] views = PacketView.values();
    for (int i = 1; i <= count && failures.size() < MAX_FAILURES; i++) {
      String text = texts.next();
      long start = System.nanoTime();
      String failure = one(text, views[i % views.length]);
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      if (failure == null && took.compareTo(TIMEOUT) > 0) {
        // Again: the machine may have had other work, or have slept.
        start = System.nanoTime();
        failure = one(text, views[i % views.length]);
        took = Duration.ofNanos(System.nanoTime() - start);
        if (failure == null && took.compareTo(TIMEOUT) > 0) {
          failure = "took " + took;
        }
      }
      if (failure != null) {
        failures.add("\"" + escaped(text) + "\" on " + views[i % views.length] + ": " + failure);
      }
      slowest = took.compareTo(slowest) > 0 ? took : slowest;
      if (i % REPORT_EVERY == 0 || i == count) {
        System.out.printf(
            "%,d texts: %,d filters (%,d too large for a back-end), %,d refused, %d failures;"
                + " slowest %d ms%n",
            i, filters, outOfRoom, refusals, failures.size(), slowest.toMillis());
      }
    }
    return failures;
  }

  private @Nullable String one(String text, PacketView view) {
    try {
      Filter filter = TestFilters.compile(text, view);
      filters++;
      return generated(filter, view);
    } catch (FilterSyntaxException refusal) {
      refusals++;
      return wrong(refusal, text);
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError other) {
      return other.toString();
    }
  }

  private @Nullable String generated(Filter filter, PacketView view) {
    String printed = filter.toString();
    try {
      if (!TestFilters.compile(printed, view).toString().equals(printed)) {
        return "prints as another filter: " + printed;
      }
    } catch (FilterSyntaxException refusal) {
      return "prints as no filter: " + printed;
    }
    if (filters % SUGGESTIONS_EVERY == 0) {
      for (FilterWarning warning : filter.warnings()) {
        if (warning.suggestion() != null) {
          TestFilters.compile(warning.suggestion(), view);
        }
      }
    }
    codeOrRefusal(() -> filter.ebpf().toBytes());
    codeOrRefusal(() -> filter.classicBpf().toBytes());
    if (filters % CLASS_EVERY == 0) {
      switch (filter) {
        case SkbFilter skb ->
            skb.matches(
                SkbPacket.builder()
                    .packet(LinkType.ETHERNET, PACKET, PACKET.length)
                    .protocol(0x0800)
                    .ifindex(1)
                    .build());
        case PcapFilter bytes -> bytes.matches(PACKET, PACKET.length);
      }
    }
    return null;
  }

  // Documented: a filter can need more room than a back-end has.
  private void codeOrRefusal(Runnable generation) {
    try {
      generation.run();
    } catch (UnsupportedOperationException refusal) {
      outOfRoom++;
    }
  }

  private static @Nullable String wrong(FilterSyntaxException refusal, String text) {
    String message = String.valueOf(refusal.getMessage());
    boolean placed = refusal.offset() >= 0 && refusal.offset() <= text.length();
    boolean caret = message.startsWith("line ") && message.contains("^");
    boolean printable =
        message.chars().noneMatch(c -> c != '\n' && c != '\t' && Character.isISOControl(c));
    return placed && caret && printable ? null : "bad message: " + escaped(message);
  }

  private static String escaped(String text) {
    StringBuilder out = new StringBuilder();
    text.chars()
        .forEach(
            c -> {
              if (c >= 32 && c < 127 && c != '"' && c != '\\') {
                out.append((char) c);
              } else {
                out.append("\\u%04x".formatted(c));
              }
            });
    return out.toString();
  }

  private static List<String> seeds() {
    List<String> seeds = new ArrayList<>();
    for (String list : List.of("common.txt", "table.txt", "refused.txt")) {
      try (InputStream in = PcapFilter.class.getResourceAsStream("differential/" + list)) {
        if (in == null) {
          throw new IllegalStateException(list + " is missing");
        }
        new String(in.readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .filter(line -> !line.startsWith("#") && line.length() < 200)
            .forEach(seeds::add);
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
    return seeds;
  }
}
