package io.dropwatch.benchmarks.kernel;

import io.dropwatch.bpf.ProgramInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** One row of the table: a way to watch, measured once a round. */
public final class Measurement {
  private static final Path STATISTICS = Path.of("/proc/sys/kernel/bpf_stats_enabled");

  private final String name;
  private final Supplier<Watched> watched;
  private final List<Double> nanos = new ArrayList<>();
  private final List<Double> rates = new ArrayList<>();
  private String account = "";

  Measurement(String name, Supplier<Watched> watched) {
    this.name = name;
    this.watched = watched;
  }

  /**
   * Measures all, round by round, with the kernel's statistics of programs switched on; the sender
   * is bound to the last CPU.
   *
   * @return median rate of the sender while nobody watches
   */
  public static double rounds(List<Measurement> rows, Flood flood, int rounds, int packets)
      throws IOException {
    List<Double> alone = new ArrayList<>();
    String before = Files.readString(STATISTICS).strip();
    int sender = Runtime.getRuntime().availableProcessors() - 1;
    try {
      Files.writeString(STATISTICS, "1");
      var _ = flood.send(packets, sender);
      for (int i = 0; i < rounds; i++) {
        alone.add(flood.send(packets, sender));
        for (Measurement row : rows) {
          row.round(flood, packets, sender);
        }
      }
    } finally {
      Files.writeString(STATISTICS, before);
    }
    return median(alone);
  }

  /** Floods once. */
  void round(Flood flood, int packets, int cpu) {
    try (Watched each = watched.get()) {
      var _ = flood.send(packets / 10, cpu);
      ProgramInfo before = each.info();
      rates.add(flood.send(packets, cpu));
      ProgramInfo after = each.info();
      long runs = after.runCount() - before.runCount();
      nanos.add((double) (after.runNanos() - before.runNanos()) / Math.max(1, runs));
      account = each.account();
    }
  }

  public String name() {
    return name;
  }

  /** Median program time of a drop. */
  public double nanos() {
    return median(nanos);
  }

  /** Median rate of the sender. */
  public double rate() {
    return median(rates);
  }

  /** What the program counted in the last round. */
  public String account() {
    return account;
  }

  /** {@return the middle one} */
  public static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
