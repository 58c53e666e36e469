package io.dropwatch.benchmarks.kernel;

import io.dropwatch.bpf.ProgramInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** One row of the table: a way to watch, measured once a round. */
final class Measurement {
  private final String name;
  private final Supplier<Watched> watched;
  private final List<Double> nanos = new ArrayList<>();
  private final List<Double> rates = new ArrayList<>();
  private String account = "";

  Measurement(String name, Supplier<Watched> watched) {
    this.name = name;
    this.watched = watched;
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

  String name() {
    return name;
  }

  /** Median program time of a drop. */
  double nanos() {
    return median(nanos);
  }

  /** Median rate of the sender. */
  double rate() {
    return median(rates);
  }

  /** What the program counted in the last round. */
  String account() {
    return account;
  }

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
