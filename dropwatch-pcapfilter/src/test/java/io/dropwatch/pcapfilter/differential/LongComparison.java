package io.dropwatch.pcapfilter.differential;

import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.differential.AllVerdicts.Difference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.sessions.JqwikSession;

/**
 * Generated expressions, each over the full corpus (every packet, every cut of it up to 200 bytes,
 * damaged ones) on both link types: libpcap without optimization, the interpreter, the JVM
 * bytecode, classic BPF run by libpcap and eBPF run in the kernel give one verdict.
 *
 * <pre>{@code
 * dropwatch-pcapfilter/bin/compare 100000 1
 * }</pre>
 *
 * <p>Arguments: how many expressions, and the seed of the first. Every 1000 expressions have a seed
 * of their own, the numbers from the first on, so several runs can share the work and a failure can
 * be seen again without what came before it. Needs root. Ends with 1 when there was a difference;
 * it is printed with its seed, the expression shrunk as far as that keeps a difference, and the
 * shortest packet that shows it.
 */
public final class LongComparison {
  /** Expressions with one seed. */
  private static final int PER_SEED = 1000;

  /** Expressions that go into the kernel together, if the slot has room for so many. */
  private static final int TOGETHER = 40;

  private static final int MAX_FAILURES = 10;
  private static final int MAX_SHRINKS = 3000;

  private final List<AllVerdicts> links =
      List.of(new AllVerdicts(LinkType.ETHERNET), new AllVerdicts(LinkType.RAW_IP));
  private final List<String> failures = new ArrayList<>();

  private LongComparison() {}

  /** Runs; see the class. */
  public static void main(String[] arguments) {
    int count = arguments.length > 0 ? Integer.parseInt(arguments[0]) : PER_SEED;
    long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1;
    List<String> failures = new ArrayList<>();
    JqwikSession.run(() -> failures.addAll(new LongComparison().run(count, seed)));
    System.exit(failures.isEmpty() ? 0 : 1);
  }

  private List<String> run(int count, long firstSeed) {
    long start = System.nanoTime();
    long seed = firstSeed;
    for (int done = 0; done < count && failures.size() < MAX_FAILURES; seed++) {
      int now = Math.min(PER_SEED, count - done);
      oneSeed(now, seed);
      done += now;
      System.out.printf(
          "%,d of %,d expressions, seeds %d to %d, %d failures, %s. %s. %s%n",
          done,
          count,
          firstSeed,
          seed,
          failures.size(),
          Duration.ofSeconds((System.nanoTime() - start) / 1_000_000_000),
          links.getFirst().account(),
          links.getLast().account());
    }
    return failures;
  }

  private void oneSeed(int count, long seed) {
    RandomGenerator<String> generator =
        ExpressionArbitraries.expressions(EnumSet.allOf(Vocabulary.class)).generator(PER_SEED);
    Random random = new Random(seed);
    for (int done = 0; done < count; done += TOGETHER) {
      List<Shrinkable<String>> some = new ArrayList<>();
      while (some.size() < Math.min(TOGETHER, count - done)) {
        some.add(generator.next(random));
      }
      List<String> expressions = some.stream().map(Shrinkable::value).toList();
      for (AllVerdicts link : links) {
        for (Difference difference : link.differences(expressions)) {
          report(seed, some.get(difference.expression()), link, difference.words());
        }
      }
    }
  }

  private void report(long seed, Shrinkable<String> original, AllVerdicts link, String words) {
    String failure =
        "seed %d, expression \"%s\", shrunk: %s"
            .formatted(seed, original.value(), shrunk(original, link, words));
    System.out.println(failure);
    failures.add(failure);
  }

  /** The words about the simplest expression that still has a difference. */
  private static String shrunk(Shrinkable<String> original, AllVerdicts link, String first) {
    String words = first;
    Iterator<Shrinkable<String>> simpler = original.shrink().iterator();
    for (int tries = 0; tries < MAX_SHRINKS && simpler.hasNext(); tries++) {
      Shrinkable<String> candidate = simpler.next();
      List<Difference> differences = link.differences(List.of(candidate.value()));
      if (!differences.isEmpty()) {
        words = differences.getFirst().words();
        simpler = candidate.shrink().iterator();
      }
    }
    return words;
  }
}
