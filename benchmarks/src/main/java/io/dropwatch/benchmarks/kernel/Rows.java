package io.dropwatch.benchmarks.kernel;

import io.dropwatch.bpf.BpfObject;
import io.dropwatch.internal.probe.DeviceList;
import io.dropwatch.internal.probe.NoiseList;
import io.dropwatch.internal.probe.ProbeImage;
import io.dropwatch.internal.probe.ProbeSettings;
import io.dropwatch.internal.probe.RingPlan;
import io.dropwatch.internal.probe.Variant;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The ways to watch that are measured: ours, and programs that do one part of it and no more. */
final class Rows {
  static final String EMPTY = "empty program";
  static final RingPlan PERF = new RingPlan.Perf(8 << 20);
  static final RingPlan BPF = new RingPlan.Bpf(16 << 20);
  static final long SECOND = 1_000_000_000L;
  private static final int WAKEUP = 1 << 16;

  private Rows() {}

  /** What no program of that kind can be cheaper than; the first does nothing. */
  static List<Measurement> floors() {
    return List.of(
        floor(EMPTY, "empty"), floor("floor: counts twice, looks at two bytes", "least"));
  }

  /** Every way in which one of our objects watches. */
  static List<Measurement> ours(String prefix, ProbeImage image) {
    String hosts =
        IntStream.range(0, 32)
            .mapToObj(i -> "host 10.0.0." + i)
            .collect(Collectors.joining(" or "));
    List<Measurement> rows = new ArrayList<>();
    for (String filter : List.of("tcp and port 443", "port 53", hosts)) {
      String name = prefix + "rejected by '" + (filter.equals(hosts) ? "32 hosts" : filter);
      rows.add(rejected(name + "', in place", image, filter, Variant.IN_PLACE));
      rows.add(rejected(name + "', in a copy", image, filter, Variant.CAST));
      rows.add(rejected(name + "', helper's copy", image, filter, Variant.TYPED));
    }
    for (RingPlan ring : List.of(PERF, BPF)) {
      String kind = ring.equals(PERF) ? ", perf ring" : ", BPF ring";
      rows.add(reported(prefix + "reported, no stack" + kind, image, 0, 0, 0, ring));
      rows.add(
          reported(prefix + "reported, stack once a second" + kind, image, 0, 127, SECOND, ring));
      rows.add(reported(prefix + "reported, 16 frames" + kind, image, 0, 16, 0, ring));
      rows.add(reported(prefix + "reported, full stack" + kind, image, 0, 127, 0, ring));
    }
    rows.add(reported(prefix + "limited to 100 a second", image, 100, 127, 0, PERF));
    rows.add(counted(prefix + "counted by kind", image, "", Variant.CAST));
    rows.add(counted(prefix + "counted by kind, typed pointers", image, "", Variant.TYPED));
    rows.add(
        counted(
            prefix + "counted by kind, matched by 'udp' in place", image, "udp", Variant.IN_PLACE));
    rows.add(
        counted(prefix + "counting, rejected by 'tcp' in place", image, "tcp", Variant.IN_PLACE));
    return rows;
  }

  /** A program of ours that does a part of the work. */
  static Measurement floor(String name, String program) {
    return new Measurement(name, () -> new ObjectWatched(parts(), program, ""));
  }

  static Measurement counted(String name, ProbeImage image, String filter, Variant variant) {
    return new Measurement(name, () -> new CountingWatched(image, filter, variant));
  }

  static Measurement rejected(String name, ProbeImage image, String filter, Variant variant) {
    ProbeSettings settings = settings(0, 127, 0, PERF);
    return new Measurement(name, () -> new ProbeWatched(image, filter, settings, variant));
  }

  static Measurement reported(
      String name, ProbeImage image, int perSecond, int frames, long period, RingPlan ring) {
    ProbeSettings settings = settings(perSecond, frames, period, ring);
    return new Measurement(name, () -> new ProbeWatched(image, "", settings, Variant.CAST));
  }

  private static ProbeSettings settings(int perSecond, int frames, long period, RingPlan ring) {
    return new ProbeSettings(
        new DeviceList.All(), NoiseList.NONE, perSecond, frames, period, 256, ring, WAKEUP);
  }

  private static BpfObject parts() {
    try (InputStream in =
        Objects.requireNonNull(Rows.class.getResourceAsStream("empty.bpf.o"), "empty.bpf.o")) {
      return BpfObject.open("empty", in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
