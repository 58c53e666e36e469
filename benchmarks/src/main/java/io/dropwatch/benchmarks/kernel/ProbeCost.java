package io.dropwatch.benchmarks.kernel;

import io.dropwatch.bpf.BpfObject;
import io.dropwatch.internal.probe.DeviceList;
import io.dropwatch.internal.probe.NoiseList;
import io.dropwatch.internal.probe.ProbeSettings;
import io.dropwatch.internal.probe.RingPlan;
import io.dropwatch.internal.probe.Variant;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Prints what a drop costs the host, rejected and reported, one row for each way of watching. All
 * rows are of one run, their rounds interleaved; read each beside the others. Needs root.
 *
 * <pre>{@code
 * probe-cost [rounds [packets [peer.o [map of the peer's perf ring]]]]
 * }</pre>
 */
public final class ProbeCost {
  private static final Path STATISTICS = Path.of("/proc/sys/kernel/bpf_stats_enabled");
  private static final RingPlan PERF = new RingPlan.Perf(8 << 20);
  private static final RingPlan BPF = new RingPlan.Bpf(16 << 20);
  private static final int WAKEUP = 1 << 16;
  private static final long SECOND = 1_000_000_000L;

  private ProbeCost() {}

  /** Runs it. */
  public static void main(String[] args) throws IOException {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
    int packets = args.length > 1 ? Integer.parseInt(args[1]) : 200_000;
    List<Measurement> rows = rows();
    if (args.length > 2) {
      Path peer = Path.of(args[2]);
      String map = args.length > 3 ? args[3] : "";
      rows.add(
          new Measurement("peer " + peer.getFileName(), () -> watched(BpfObject.open(peer), map)));
    }
    List<Double> alone = new ArrayList<>();
    String before = Files.readString(STATISTICS).strip();
    int sender = Runtime.getRuntime().availableProcessors() - 1;
    try (Flood flood = new Flood()) {
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
    print(rows, Measurement.median(alone), rounds, packets);
  }

  private static List<Measurement> rows() {
    String hosts =
        IntStream.range(0, 32)
            .mapToObj(i -> "host 10.0.0." + i)
            .collect(Collectors.joining(" or "));
    List<Measurement> rows = new ArrayList<>();
    rows.add(new Measurement("empty program", () -> new ObjectWatched(empty(), "empty", "")));
    rows.add(
        new Measurement(
            "counts twice, looks at two bytes", () -> new ObjectWatched(empty(), "least", "")));
    for (String filter : List.of("tcp and port 443", "port 53", hosts)) {
      String name = filter.equals(hosts) ? "32 hosts" : filter;
      rows.add(rejected("'" + name + "', in place", filter, Variant.IN_PLACE));
      rows.add(rejected("'" + name + "', in a copy", filter, Variant.CAST));
      rows.add(rejected("'" + name + "', helper's copy", filter, Variant.TYPED));
    }
    for (RingPlan ring : List.of(PERF, BPF)) {
      String kind = ring.equals(PERF) ? ", perf ring" : ", BPF ring";
      rows.add(reported("reported, no stack" + kind, 0, 0, 0, ring));
      rows.add(reported("reported, stack once a second" + kind, 0, 127, SECOND, ring));
      rows.add(reported("reported, 16 frames" + kind, 0, 16, 0, ring));
      rows.add(reported("reported, full stack" + kind, 0, 127, 0, ring));
    }
    rows.add(reported("limited to 100 a second", 100, 127, 0, PERF));
    rows.add(counted("counted by kind", "", Variant.CAST));
    rows.add(counted("counted by kind, typed pointers", "", Variant.TYPED));
    rows.add(counted("counted by kind, matched by 'udp' in place", "udp", Variant.IN_PLACE));
    rows.add(counted("counting, rejected by 'tcp' in place", "tcp", Variant.IN_PLACE));
    return rows;
  }

  private static Measurement counted(String name, String filter, Variant variant) {
    return new Measurement(name, () -> new CountingWatched(filter, variant));
  }

  private static ObjectWatched watched(BpfObject object, String ringMap) {
    return new ObjectWatched(object, ObjectWatched.programOf(object), ringMap);
  }

  private static Measurement rejected(String name, String filter, Variant variant) {
    ProbeSettings settings = settings(0, 127, 0, PERF);
    return new Measurement(
        "rejected by " + name, () -> new ProbeWatched(filter, settings, variant));
  }

  private static Measurement reported(
      String name, int perSecond, int frames, long period, RingPlan ring) {
    ProbeSettings settings = settings(perSecond, frames, period, ring);
    return new Measurement(name, () -> new ProbeWatched("", settings, Variant.CAST));
  }

  private static ProbeSettings settings(int perSecond, int frames, long period, RingPlan ring) {
    return new ProbeSettings(
        new DeviceList.All(), NoiseList.NONE, perSecond, frames, period, 256, ring, WAKEUP);
  }

  private static BpfObject empty() {
    try (InputStream in =
        Objects.requireNonNull(ProbeCost.class.getResourceAsStream("empty.bpf.o"), "empty.bpf.o")) {
      return BpfObject.open("empty", in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void print(List<Measurement> rows, double alone, int rounds, int packets) {
    double floor = rows.getFirst().nanos();
    System.out.printf(
        Locale.ROOT,
        "Medians of %d rounds of %d UDP datagrams to a closed port; nobody watching: %.0f k a second%n%n",
        rounds,
        packets,
        alone / 1e3);
    System.out.printf(
        "%-44s %10s %10s %10s %8s  %s%n",
        "", "ns a drop", "over empty", "k a second", "share", "counted in the last round");
    for (Measurement row : rows) {
      System.out.printf(
          Locale.ROOT,
          "%-44s %10.1f %10.1f %10.0f %7.0f%%  %s%n",
          row.name(),
          row.nanos(),
          row.nanos() - floor,
          row.rate() / 1e3,
          100 * row.rate() / alone,
          row.account());
    }
  }
}
