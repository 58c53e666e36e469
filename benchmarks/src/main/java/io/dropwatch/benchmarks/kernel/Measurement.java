package io.dropwatch.benchmarks.kernel;

import io.dropwatch.bpf.ProgramInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** One row of the table: a program, measured once a round. */
public final class Measurement {
  private static final Path STATISTICS = Path.of("/proc/sys/kernel/bpf_stats_enabled");

  private final String name;
  private final Supplier<Attachment> attachment;
  private final List<Double> nanos = new ArrayList<>();
  private final List<Double> rates = new ArrayList<>();
  private String account = "";

  Measurement(String name, Supplier<Attachment> attachment) {
    this.name = name;
    this.attachment = attachment;
  }

  /**
   * Measures all rows, round by round, with kernel.bpf_stats_enabled set. The sender is bound to
   * the last CPU.
   *
   * @return the median rate of the sender without a program
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

  /** Measures one round. */
  void round(Flood flood, int packets, int cpu) {
    try (Attachment each = attachment.get()) {
      var _ = flood.send(packets / 10, cpu);
      ProgramInfo before = each.info();
      rates.add(flood.send(packets, cpu));
      ProgramInfo after = each.info();
      long runs = after.runCount() - before.runCount();
      nanos.add((double) (after.runNanos() - before.runNanos()) / Math.max(1, runs));
      account = each.account();
    }
  }

  /** {@return the name of the row} */
  public String name() {
    return name;
  }

  /** {@return the median run time of the program for one drop, in nanoseconds} */
  public double nanos() {
    return median(nanos);
  }

  /** {@return the median rate of the sender, in packets a second} */
  public double rate() {
    return median(rates);
  }

  /** {@return the counters of the program after the last round} */
  public String account() {
    return account;
  }

  /** {@return the median} */
  public static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
