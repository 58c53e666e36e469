package io.dropwatch.benchmarks.kernel;

import io.dropwatch.bpf.BpfObject;
import io.dropwatch.internal.probe.ProbeImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Prints what a rejected and a reported drop cost, one row for each kind of program. The rounds of
 * all rows are interleaved in one run; compare rows of one run only. Needs root.
 *
 * <pre>{@code
 * probe-cost [option...]
 *   --rounds N          5 by default; medians are printed
 *   --packets N         in each round, 200,000 by default
 *   --rows REGEX        only rows whose name matches; the empty program always runs
 *   --bpf-path OBJECT   adds the rows of another build of the probe; repeatable
 *   --peer OBJECT[:MAP] adds the object of another project, with its perf ring; repeatable
 * }</pre>
 */
public final class ProbeCost {
  private int rounds = 5;
  private int packets = 200_000;
  private Pattern chosen = Pattern.compile("");
  private final List<Measurement> rows = new ArrayList<>(CostRows.floors());

  private ProbeCost() {}

  /** Measures and prints the rows. */
  public static void main(String[] args) throws IOException {
    ProbeCost cost = new ProbeCost();
    cost.read(args);
    cost.run();
  }

  private void read(String[] args) {
    rows.addAll(CostRows.probe("", ProbeImage.embedded()));
    for (int i = 0; i < args.length; i += 2) {
      if (i + 1 == args.length) {
        throw new IllegalArgumentException(args[i] + " needs a value");
      }
      String value = args[i + 1];
      switch (args[i]) {
        case "--rounds" -> rounds = Integer.parseInt(value);
        case "--packets" -> packets = Integer.parseInt(value);
        case "--rows" -> chosen = Pattern.compile(value);
        case "--bpf-path" -> {
          Path path = Path.of(value);
          rows.addAll(CostRows.probe(path.getFileName() + ": ", ProbeImage.read(path)));
        }
        case "--peer" -> rows.add(peer(value));
        default ->
            throw new IllegalArgumentException(
                "unknown option "
                    + args[i]
                    + ": use --rounds, --packets, --rows, --bpf-path or --peer");
      }
    }
  }

  private static Measurement peer(String value) {
    int colon = value.lastIndexOf(':');
    Path path = Path.of(colon < 0 ? value : value.substring(0, colon));
    String map = colon < 0 ? "" : value.substring(colon + 1);
    return new Measurement(
        "peer " + path.getFileName(),
        () -> {
          BpfObject object = BpfObject.open(path);
          return Attachment.program(
              object,
              Attachment.programOf(object),
              map.isEmpty() ? null : Attachment.wakingRing(map));
        });
  }

  private void run() throws IOException {
    rows.removeIf(row -> !row.name().equals(CostRows.EMPTY) && !chosen.matcher(row.name()).find());
    double alone;
    try (Flood flood = new Flood()) {
      alone = Measurement.rounds(rows, flood, rounds, packets);
    }
    System.out.printf(
        Locale.ROOT,
        "Medians of %d rounds of %d UDP datagrams to a closed port; sender without a program: %.0f k/s%n%n",
        rounds,
        packets,
        alone / 1e3);
    System.out.printf(
        "%-52s %10s %10s %10s %8s  %s%n",
        "", "ns/drop", "over empty", "sender k/s", "share", "counters of the last round");
    double floor = rows.getFirst().nanos();
    for (Measurement row : rows) {
      System.out.printf(
          Locale.ROOT,
          "%-52s %10.1f %10.1f %10.0f %7.0f%%  %s%n",
          row.name(),
          row.nanos(),
          row.nanos() - floor,
          row.rate() / 1e3,
          100 * row.rate() / alone,
          row.account());
    }
  }
}
