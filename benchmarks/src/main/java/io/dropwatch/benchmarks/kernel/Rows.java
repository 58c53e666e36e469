package io.dropwatch.benchmarks.kernel;

import io.dropwatch.bpf.BpfObject;
import io.dropwatch.bpf.BpfRing;
import io.dropwatch.bpf.EventRing;
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
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The ways to watch that are measured: ours, and programs that do one part of it and no more. */
public final class Rows {
  /** Does nothing. */
  public static final String EMPTY = "empty program";

  /** Counts and looks at the packet. */
  public static final String LEAST = "floor: counts twice, looks at two bytes";

  /** Puts a record of nothing into the ring. */
  public static final String HANDS_OVER = "floor: puts 248 bytes into the BPF ring";

  /** The same, with all of the stack. */
  public static final String ASKS = "floor: the same and bpf_get_stack";

  /** As HUATUO does. */
  public static final String WAKES = "bpf_get_stack, perf ring, a wakeup for each";

  /** Finds a kind in a per-CPU hash and counts it. */
  public static final String FINDS = "floor: counts in a hash of kinds";

  /** Ours, of the goals. */
  public static final String IN_PLACE = "rejected in place";

  /** By a filter that reads the record's copy. */
  public static final String COPIED = "rejected in a copy";

  /** With every stack. */
  public static final String FULL = "reported, full stack";

  /** With one stack a second. */
  public static final String ONCE = "reported, stack once";

  /** Without stacks. */
  public static final String BARE = "reported, no stack";

  /** Counted. */
  public static final String COUNTED = "counted";

  static final RingPlan PERF = new RingPlan.Perf(8 << 20);
  static final RingPlan BPF = new RingPlan.Bpf(16 << 20);
  static final long SECOND = 1_000_000_000L;

  /** As a watcher with rings of this size has it. */
  private static final int WAKEUP = 1 << 20;

  private Rows() {}

  /** What no program of that kind can be cheaper than; the first does nothing. */
  public static List<Measurement> floors() {
    Function<BpfObject, EventRing> ring = object -> BpfRing.open(object.map("ring"), WAKEUP);
    return List.of(
        part(EMPTY, "empty", null, Set.of()),
        part(LEAST, "least", null, Set.of("counters")),
        part(FINDS, "finds_a_kind", null, Set.of("kinds")),
        part(HANDS_OVER, "hands_over", ring, Set.of("ring", "records")),
        part(ASKS, "asks_for_the_stack", ring, Set.of("ring", "records")),
        part(
            WAKES,
            "wakes_for_each",
            ObjectWatched.wakingForEach("events"),
            Set.of("events", "records")));
  }

  private static Measurement part(
      String name,
      String program,
      @Nullable Function<BpfObject, EventRing> ring,
      Set<String> maps) {
    return new Measurement(
        name,
        () -> {
          BpfObject object = parts();
          for (String map : object.mapNames()) {
            object.map(map).autocreate(maps.contains(map));
          }
          return new ObjectWatched(object, program, ring);
        });
  }

  /** What the goals speak of, with the ring that AUTO takes. */
  public static List<Measurement> ofGoals(ProbeImage image) {
    return List.of(
        rejected(IN_PLACE, image, "tcp and port 443", Variant.IN_PLACE),
        rejected(COPIED, image, "tcp and port 443", Variant.CAST),
        reported(FULL, image, 0, 127, 0, BPF),
        reported(ONCE, image, 0, 127, SECOND, BPF),
        reported(BARE, image, 0, 0, 0, BPF),
        counted(COUNTED, image, "", Variant.CAST));
  }

  /** Every way in which one of our objects watches. */
  public static List<Measurement> ours(String prefix, ProbeImage image) {
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
        Objects.requireNonNull(Rows.class.getResourceAsStream("parts.bpf.o"), "parts.bpf.o")) {
      return BpfObject.open("parts", in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
