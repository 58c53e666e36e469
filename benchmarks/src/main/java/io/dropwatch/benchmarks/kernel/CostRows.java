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

/**
 * The rows of the tables: the probe in all modes, and programs that do only one part of the work.
 */
public final class CostRows {
  /** Returns at once. */
  public static final String EMPTY = "empty program";

  /** Counts and reads the packet. */
  public static final String COUNT_AND_PEEK = "floor: counts twice, reads two bytes";

  /** Outputs an empty record. */
  public static final String OUTPUT = "floor: outputs 248 bytes into the BPF ring";

  /** Outputs an empty record with the whole stack. */
  public static final String OUTPUT_STACK = "floor: the same and bpf_get_stack";

  /** Outputs a record of fixed size with the whole stack and a wakeup, as HUATUO does. */
  public static final String OUTPUT_WAKING = "bpf_get_stack, perf ring, a wakeup for each";

  /** Counts in a per-CPU hash. */
  public static final String COUNT_IN_HASH = "floor: counts in a hash of kinds";

  /** The probe; rejected by a filter that reads the packet in place. */
  public static final String IN_PLACE = "rejected in place";

  /** The probe; rejected by a filter that reads a copy. */
  public static final String COPIED = "rejected in a copy";

  /** The probe; reported with each stack. */
  public static final String FULL = "reported, full stack";

  /** The probe; reported with one stack a second for each location. */
  public static final String ONCE = "reported, stack once";

  /** The probe; reported without stacks. */
  public static final String BARE = "reported, no stack";

  /** The probe; counted by kind. */
  public static final String COUNTED = "counted";

  static final RingPlan PERF = new RingPlan.Perf(8 << 20);
  static final RingPlan BPF = new RingPlan.Bpf(16 << 20);
  static final long SECOND = 1_000_000_000L;

  /** The wakeup of a watcher with rings of this size. */
  private static final int WAKEUP = 1 << 20;

  private CostRows() {}

  /** {@return the lower bounds; the first is the empty program} */
  public static List<Measurement> floors() {
    Function<BpfObject, EventRing> ring = object -> BpfRing.open(object.map("ring"), WAKEUP);
    return List.of(
        part(EMPTY, "empty", null, Set.of()),
        part(COUNT_AND_PEEK, "count_and_peek", null, Set.of("counters")),
        part(COUNT_IN_HASH, "count_in_hash", null, Set.of("kinds")),
        part(OUTPUT, "output_record", ring, Set.of("ring", "records")),
        part(OUTPUT_STACK, "output_stack", ring, Set.of("ring", "records")),
        part(
            OUTPUT_WAKING,
            "output_waking",
            Attachment.wakingRing("events"),
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
          return Attachment.program(object, program, ring);
        });
  }

  /** {@return the rows that have targets, with the ring that AUTO selects} */
  public static List<Measurement> ofTargets(ProbeImage image) {
    return List.of(
        rejected(IN_PLACE, image, "tcp and port 443", Variant.IN_PLACE),
        rejected(COPIED, image, "tcp and port 443", Variant.CAST),
        reported(FULL, image, 0, 127, 0, BPF),
        reported(ONCE, image, 0, 127, SECOND, BPF),
        reported(BARE, image, 0, 0, 0, BPF),
        counted(COUNTED, image, "", Variant.CAST));
  }

  /** {@return the rows of all modes of a build of the probe} */
  public static List<Measurement> probe(String prefix, ProbeImage image) {
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
    return new Measurement(name, () -> Attachment.counting(image, filter, variant));
  }

  static Measurement rejected(String name, ProbeImage image, String filter, Variant variant) {
    ProbeSettings settings = settings(0, 127, 0, PERF);
    return new Measurement(name, () -> Attachment.reporting(image, filter, settings, variant));
  }

  static Measurement reported(
      String name, ProbeImage image, int perSecond, int frames, long period, RingPlan ring) {
    ProbeSettings settings = settings(perSecond, frames, period, ring);
    return new Measurement(name, () -> Attachment.reporting(image, "", settings, Variant.CAST));
  }

  private static ProbeSettings settings(int perSecond, int frames, long period, RingPlan ring) {
    return new ProbeSettings(
        new DeviceList.All(), NoiseList.NONE, perSecond, frames, period, ring, WAKEUP);
  }

  private static BpfObject parts() {
    try (InputStream in =
        Objects.requireNonNull(CostRows.class.getResourceAsStream("parts.bpf.o"), "parts.bpf.o")) {
      return BpfObject.open("parts", in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
