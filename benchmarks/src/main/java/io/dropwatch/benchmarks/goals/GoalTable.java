package io.dropwatch.benchmarks.goals;

import io.dropwatch.benchmarks.kernel.Flood;
import io.dropwatch.benchmarks.kernel.Measurement;
import io.dropwatch.benchmarks.kernel.Rows;
import io.dropwatch.benchmarks.live.LaunchTime;
import io.dropwatch.benchmarks.live.Rates;
import io.dropwatch.benchmarks.live.Rates.Listener;
import io.dropwatch.benchmarks.live.Rates.Rate;
import io.dropwatch.benchmarks.live.Rates.Stack;
import io.dropwatch.benchmarks.live.Rates.Traffic;
import io.dropwatch.benchmarks.live.Rates.Way;
import io.dropwatch.benchmarks.live.StartTime;
import io.dropwatch.benchmarks.reader.Drain;
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
 * Prints every goal of speed and memory, what was measured, and what bounds it on this machine,
 * measured in the same run: a program that does that part of the work and no more, or the sender
 * itself. Needs root, a quiet machine, and `make build`. Takes some 13 minutes, 10 of them for
 * memory; with {@code --quick}, which leaves memory out, 2.
 *
 * <pre>benchmarks/bin/table LAUNCHER [--quick]</pre>
 */
public final class GoalTable {
  private static final int SLOWER_THAN_SENDER_PERCENT = 90;

  private final Path launcher;
  private final boolean quick;

  private GoalTable(Path launcher, boolean quick) {
    this.launcher = launcher;
    this.quick = quick;
  }

  /** Runs it. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Locale.setDefault(Locale.ROOT);
    List<String> given = List.of(args);
    new GoalTable(Path.of(given.getFirst()), given.contains("--quick")).print();
  }

  private static void row(String what, String goal, String measured, String bound, boolean met) {
    System.out.printf(
        "%-50s %12s %22s  %-3s  %s%n", what, goal, measured, met ? "yes" : "NO", bound);
  }

  private void print() throws IOException, InterruptedException {
    System.out.printf(
        "%-50s %12s %22s  %-3s  %s%n",
        "what", "goal", "measured", "met", "what bounds it, in this run");
    inTheKernel();
    Drain drain = Drain.ofBpfRing();
    row(
        "ring to the raw listener, an event",
        "20 ns, 0 B",
        "%.1f ns, %.1f B".formatted(drain.nanos(), drain.bytes()),
        "",
        drain.nanos() <= 20 && drain.bytes() < 0.5);
    live();
    starts();
    if (quick) {
      System.out.println("  (memory takes ten minutes: without --quick)");
    } else {
      memory();
    }
  }

  private void inTheKernel() throws IOException {
    List<Measurement> rows = new ArrayList<>(Rows.floors());
    rows.addAll(Rows.ofGoals(ProbeImage.embedded()));
    double alone = flooded(rows);
    ToDoubleFunction<String> nanos = name -> named(rows, name).nanos();
    ToDoubleFunction<String> share = name -> named(rows, name).rate() / alone;
    double empty = nanos.applyAsDouble(Rows.EMPTY);
    double asks = nanos.applyAsDouble(Rows.ASKS);
    double handsOver = nanos.applyAsDouble(Rows.HANDS_OVER);
    double full = nanos.applyAsDouble(Rows.FULL);
    String least =
        "%.1f to count and look at two bytes".formatted(nanos.applyAsDouble(Rows.LEAST) - empty);
    overEmpty(
        "rejected by 'tcp and port 443', in place",
        8,
        nanos.applyAsDouble(Rows.IN_PLACE),
        empty,
        least);
    overEmpty(
        "rejected by 'tcp and port 443', in a copy",
        25,
        nanos.applyAsDouble(Rows.COPIED),
        empty,
        least);
    whole(
        "reported, full stack each time",
        2200,
        full,
        "%.0f with bpf_get_stack and no more".formatted(asks));
    String put = "%.0f to put 248 bytes into the ring".formatted(handsOver);
    whole("reported, stack once a second per location", 400, nanos.applyAsDouble(Rows.ONCE), put);
    whole("reported, no stack", 300, nanos.applyAsDouble(Rows.BARE), put);
    double waking = nanos.applyAsDouble(Rows.WAKES);
    row(
        "the same by a wakeup for each, of ours with full stack",
        "10 x",
        "%.0f ns, %.1f x".formatted(waking, waking / full),
        "as HUATUO's object: bpf_get_stack, perf ring, 1392 bytes",
        waking >= 10 * full);
    String kept = "%.0f %% with the empty program".formatted(100 * share.applyAsDouble(Rows.EMPTY));
    keeps("sender keeps, full stack", 35, share.applyAsDouble(Rows.FULL), kept);
    keeps("sender keeps, stack once per location", 75, share.applyAsDouble(Rows.ONCE), kept);
    overEmpty(
        "counted by kind",
        120,
        nanos.applyAsDouble(Rows.COUNTED),
        empty,
        "%.0f to find the kind in a hash".formatted(nanos.applyAsDouble(Rows.FINDS) - empty));
    System.out.printf(
        "  (the empty program: %.0f ns a drop, where the goals' author had 34; the sender alone: %.0f k/s)%n",
        empty, alone / 1e3);
  }

  /** {@return what the sender reaches alone} */
  private double flooded(List<Measurement> rows) throws IOException {
    try (Flood flood = new Flood()) {
      return Measurement.rounds(rows, flood, quick ? 3 : 7, quick ? 100_000 : 200_000);
    }
  }

  private static Measurement named(List<Measurement> rows, String name) {
    return rows.stream().filter(row -> row.name().equals(name)).findFirst().orElseThrow();
  }

  private static void overEmpty(
      String what, double goal, double nanos, double empty, String bound) {
    row(
        what,
        "%.0f ns".formatted(goal),
        "%.1f ns over empty".formatted(nanos - empty),
        bound,
        nanos - empty <= goal);
  }

  private static void whole(String what, double goal, double nanos, String bound) {
    row(what, "%.0f ns".formatted(goal), "%.0f ns".formatted(nanos), bound, nanos <= goal);
  }

  private static void keeps(String what, double goal, double share, String bound) {
    row(
        what,
        "%.0f %%".formatted(goal),
        "%.0f %%".formatted(100 * share),
        bound,
        100 * share >= goal);
  }

  private void live() throws IOException {
    int packets = quick ? 500_000 : 2_000_000;
    try (Rates rates = new Rates()) {
      double alone = rates.alone(Traffic.FRAMES, packets);
      live(rates, Listener.RAW, 600_000, packets, alone);
      live(rates, Listener.EVENT, 400_000, packets, alone);
      live(rates, Listener.FILE, 200_000, packets, alone);
    }
  }

  /** At the goal's rate, or the sender's if that is less; and as fast as it goes. */
  private static void live(Rates rates, Listener listener, double goal, int packets, double alone)
      throws IOException {
    Way way = new Way(Traffic.FRAMES, listener, RingKind.BPF, Stack.ONCE);
    Rate paced = rates.measure(way, packets, goal);
    Rate fastest = rates.measure(way, packets, Flood.FULL_RATE);
    boolean sendersLimit =
        goal > alone && 100 * paced.perSecond() >= SLOWER_THAN_SENDER_PERCENT * alone;
    boolean fast = paced.perSecond() >= 0.99 * goal || sendersLimit;
    row(
        "live, stack once, " + listener.name().toLowerCase(Locale.ROOT),
        "%.0f k/s".formatted(goal / 1e3),
        "%.0f k/s, %d lost".formatted(paced.perSecond() / 1e3, paced.lost()),
        "sender alone %.0f k/s; as fast as it goes %.0f k/s, %d of %d lost, %.0f ns of the reader's CPU an event"
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
    double nanos = Rates.plainlyWritten(rate.fileBytes()) * 1e9 / rate.delivered();
    return ", %.0f of them to write its %d bytes"
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
        "resident growth, last 5 of 10 min at full rate",
        "none",
        "%d KiB".formatted(run.grownKibibytes()),
        run.account(),
        run.grownKibibytes() < MemoryRun.NOISE_KIBIBYTES);
  }
}
