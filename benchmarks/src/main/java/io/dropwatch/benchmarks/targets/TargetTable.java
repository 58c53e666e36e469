package io.dropwatch.benchmarks.targets;

import io.dropwatch.benchmarks.kernel.CostRows;
import io.dropwatch.benchmarks.kernel.Flood;
import io.dropwatch.benchmarks.kernel.Measurement;
import io.dropwatch.benchmarks.live.LaunchTime;
import io.dropwatch.benchmarks.live.StartTime;
import io.dropwatch.benchmarks.live.WatchRates;
import io.dropwatch.benchmarks.live.WatchRates.Listener;
import io.dropwatch.benchmarks.live.WatchRates.Rate;
import io.dropwatch.benchmarks.live.WatchRates.Scenario;
import io.dropwatch.benchmarks.live.WatchRates.Stack;
import io.dropwatch.benchmarks.live.WatchRates.Traffic;
import io.dropwatch.benchmarks.reader.DrainCost;
import io.dropwatch.internal.probe.ProbeImage;
import io.dropwatch.model.RingKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * Prints each target of speed and memory with its measurement, and beside it the bound on this
 * machine, measured in the same run: a program that does only that part of the work, or the sender
 * alone. Needs root, a quiet machine, and {@code make build}. Takes 13 minutes, 10 of them for
 * memory; with {@code --quick}, which omits memory, 2.
 *
 * <pre>benchmarks/bin/table LAUNCHER [--quick]</pre>
 */
public final class TargetTable {
  private static final int SLOWER_THAN_SENDER_PERCENT = 90;

  private final Path launcher;
  private final boolean quick;

  private TargetTable(Path launcher, boolean quick) {
    this.launcher = launcher;
    this.quick = quick;
  }

  /** Measures and prints the table. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Locale.setDefault(Locale.ROOT);
    List<String> given = List.of(args);
    new TargetTable(Path.of(given.getFirst()), given.contains("--quick")).print();
  }

  private static void row(String what, String target, String measured, String bound, boolean met) {
    System.out.printf(
        "%-50s %12s %22s  %-3s  %s%n", what, target, measured, met ? "yes" : "NO", bound);
  }

  private void print() throws IOException, InterruptedException {
    System.out.printf(
        "%-50s %12s %22s  %-3s  %s%n", "what", "target", "measured", "met", "bound in this run");
    inTheKernel();
    DrainCost drain = DrainCost.ofBpfRing();
    row(
        "ring to the raw listener, per event",
        "20 ns, 0 B",
        "%.1f ns, %.1f B".formatted(drain.nanos(), drain.bytes()),
        "",
        drain.nanos() <= 20 && drain.bytes() < 0.5);
    live();
    starts();
    if (quick) {
      System.out.println("  (--quick omits memory, which takes ten minutes)");
    } else {
      memory();
    }
  }

  private void inTheKernel() throws IOException {
    List<Measurement> rows = new ArrayList<>(CostRows.floors());
    rows.addAll(CostRows.ofTargets(ProbeImage.embedded()));
    double alone = flooded(rows);
    ToDoubleFunction<String> nanos = name -> named(rows, name).nanos();
    ToDoubleFunction<String> share = name -> named(rows, name).rate() / alone;
    double empty = nanos.applyAsDouble(CostRows.EMPTY);
    double stack = nanos.applyAsDouble(CostRows.OUTPUT_STACK);
    double output = nanos.applyAsDouble(CostRows.OUTPUT);
    double full = nanos.applyAsDouble(CostRows.FULL);
    String floor =
        "%.1f to count and read two bytes"
            .formatted(nanos.applyAsDouble(CostRows.COUNT_AND_PEEK) - empty);
    overEmpty(
        "rejected by 'tcp and port 443', in place",
        8,
        nanos.applyAsDouble(CostRows.IN_PLACE),
        empty,
        floor);
    overEmpty(
        "rejected by 'tcp and port 443', in a copy",
        25,
        nanos.applyAsDouble(CostRows.COPIED),
        empty,
        floor);
    whole(
        "reported, full stack each time",
        2200,
        full,
        "%.0f with bpf_get_stack alone".formatted(stack));
    String outputBound = "%.0f to output 248 bytes".formatted(output);
    whole(
        "reported, stack once a second per location",
        400,
        nanos.applyAsDouble(CostRows.ONCE),
        outputBound);
    whole("reported, no stack", 300, nanos.applyAsDouble(CostRows.BARE), outputBound);
    double waking = nanos.applyAsDouble(CostRows.OUTPUT_WAKING);
    row(
        "a wakeup for each, over reported with full stack",
        "10 x",
        "%.0f ns, %.1f x".formatted(waking, waking / full),
        "like HUATUO: bpf_get_stack, perf ring, 1392 bytes",
        waking >= 10 * full);
    String kept =
        "%.0f %% with the empty program".formatted(100 * share.applyAsDouble(CostRows.EMPTY));
    keeps("sender keeps, full stack", 35, share.applyAsDouble(CostRows.FULL), kept);
    keeps("sender keeps, stack once per location", 75, share.applyAsDouble(CostRows.ONCE), kept);
    overEmpty(
        "counted by kind",
        120,
        nanos.applyAsDouble(CostRows.COUNTED),
        empty,
        "%.0f to count in a hash".formatted(nanos.applyAsDouble(CostRows.COUNT_IN_HASH) - empty));
    System.out.printf(
        "  (empty program: %.0f ns per drop; sender alone: %.0f k/s)%n", empty, alone / 1e3);
  }

  /** {@return the rate of the sender alone} */
  private double flooded(List<Measurement> rows) throws IOException {
    try (Flood flood = new Flood()) {
      return Measurement.rounds(rows, flood, quick ? 3 : 7, quick ? 100_000 : 200_000);
    }
  }

  private static Measurement named(List<Measurement> rows, String name) {
    return rows.stream().filter(row -> row.name().equals(name)).findFirst().orElseThrow();
  }

  private static void overEmpty(
      String what, double target, double nanos, double empty, String bound) {
    row(
        what,
        "%.0f ns".formatted(target),
        "%.1f ns over empty".formatted(nanos - empty),
        bound,
        nanos - empty <= target);
  }

  private static void whole(String what, double target, double nanos, String bound) {
    row(what, "%.0f ns".formatted(target), "%.0f ns".formatted(nanos), bound, nanos <= target);
  }

  private static void keeps(String what, double target, double share, String bound) {
    row(
        what,
        "%.0f %%".formatted(target),
        "%.0f %%".formatted(100 * share),
        bound,
        100 * share >= target);
  }

  private void live() throws IOException {
    int packets = quick ? 500_000 : 2_000_000;
    try (WatchRates rates = new WatchRates()) {
      double alone = rates.alone(Traffic.FRAMES, packets);
      live(rates, Listener.RAW, 600_000, packets, alone);
      live(rates, Listener.EVENT, 400_000, packets, alone);
      live(rates, Listener.FILE, 200_000, packets, alone);
    }
  }

  /** At the target rate, or the sender's if that is lower; then at full rate. */
  private static void live(
      WatchRates rates, Listener listener, double target, int packets, double alone)
      throws IOException {
    Scenario scenario = new Scenario(Traffic.FRAMES, listener, RingKind.BPF, Stack.ONCE);
    Rate paced = rates.measure(scenario, packets, target);
    Rate fastest = rates.measure(scenario, packets, Flood.FULL_RATE);
    boolean sendersLimit =
        target > alone && 100 * paced.perSecond() >= SLOWER_THAN_SENDER_PERCENT * alone;
    boolean fast = paced.perSecond() >= 0.99 * target || sendersLimit;
    row(
        "watched, stack once, " + listener.name().toLowerCase(Locale.ROOT),
        "%.0f k/s".formatted(target / 1e3),
        "%.0f k/s, %d lost".formatted(paced.perSecond() / 1e3, paced.lost()),
        "sender alone %.0f k/s; at full rate %.0f k/s, %d of %d lost, %.0f ns of the reader's CPU per event"
                .formatted(
                    alone / 1e3,
                    fastest.perSecond() / 1e3,
                    fastest.lost(),
                    packets,
                    fastest.cpuNanosPerEvent())
            + written(fastest),
        fast && paced.lost() == 0);
  }

  private static String written(Rate rate) throws IOException {
    if (rate.fileBytes() == 0) {
      return "";
    }
    double nanos = WatchRates.secondsToWrite(rate.fileBytes()) * 1e9 / rate.delivered();
    return ", %.0f of those to write its %d bytes"
        .formatted(nanos, rate.fileBytes() / Math.max(1, rate.delivered()));
  }

  private void starts() throws IOException, InterruptedException {
    double[] starts = StartTime.millis(7);
    double second = Measurement.median(DoubleStream.of(starts).skip(1).boxed().toList());
    row(
        "start() to attached, second and later",
        "100 ms",
        "%.0f ms".formatted(second),
        "the first %.0f ms".formatted(starts[0]),
        second <= 100);
    double launch = Measurement.median(LaunchTime.millis(launcher, quick ? 3 : 11));
    row("launch to first event", "700 ms", "%.0f ms".formatted(launch), "", launch <= 700);
  }

  private static void memory() throws IOException, InterruptedException {
    MemoryRun run = MemoryRun.of("10");
    row(
        "resident memory, last 5 of 10 min at full rate",
        "no growth",
        "%d KiB".formatted(run.grownKibibytes()),
        run.account(),
        run.grownKibibytes() < MemoryRun.NOISE_KIBIBYTES);
  }
}
