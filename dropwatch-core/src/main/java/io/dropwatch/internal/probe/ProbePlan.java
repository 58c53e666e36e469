package io.dropwatch.internal.probe;

import io.dropwatch.model.FailureCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How the probe will be loaded, decided from the image, the settings and the facts about the
 * kernel. A pure value: nothing is in the kernel yet.
 *
 * @param image the object, with the filter in its slots
 * @param devices content of the map of devices
 * @param noise content of the maps of noise rules
 * @param ring the ring to open; null when counting
 * @param wakeupBytes bytes in a ring after which the reader is woken
 * @param eventsPerSecond the rate limit; 0: none
 * @param attempts in the order to try them; the first that the kernel loads is used
 */
public record ProbePlan(
    ProbeImage image,
    DeviceList devices,
    NoiseList noise,
    @Nullable RingPlan ring,
    int wakeupBytes,
    int eventsPerSecond,
    List<Attempt> attempts) {
  /** All packet bytes that a record has room for: WINDOW of the probe. */
  private static final long SNAPLEN = 256;

  /** CPUs with a quota of the rate limit; the verifier follows each of them four times. */
  private static final int MAX_SHARING_CPUS = 1024;

  /** Of the kinds: the part of one network namespace. */
  private static final int NAMESPACE_SHARE = 4;

  /** Of the kinds: the part of all network namespaces that one user has made. */
  private static final int USER_SHARE = 16;

  /** Maps of the object that only some plans create. */
  static final List<String> OPTIONAL_MAPS =
      List.of(
          "per_cpu",
          "trap_cpu",
          "events",
          "ring",
          "stack_cache",
          "emissions",
          "shares",
          "noise_reasons",
          "noise_locations",
          "noise_counts",
          "reported",
          "counts",
          "count_shares",
          "counted_devices",
          "counted_traps",
          "counting");

  /**
   * One set of programs with what they need.
   *
   * @param limits whether the programs contain the rate limit, whose compare-and-swap needs Linux
   *     5.12
   * @param noTraps why devlink traps are not watched; null: they are
   * @param program the program on kfree_skb
   * @param trapProgram the program on devlink_trap_report; null: none
   * @param findsTables whether to run the program that finds the ORC tables
   * @param maps maps to create with their number of entries, 0: that of the object
   * @param settings read-only data by name
   */
  record Attempt(
      Variant variant,
      boolean limits,
      @Nullable String noTraps,
      String program,
      @Nullable String trapProgram,
      boolean findsTables,
      Map<String, Integer> maps,
      Map<String, Long> settings) {
    boolean loads(String name) {
      return name.equals(program)
          || name.equals(trapProgram)
          || (findsTables && name.equals(Variant.tablesProgram()));
    }
  }

  public ProbePlan {
    attempts = List.copyOf(attempts);
  }

  /**
   * Plans a probe that reports drops.
   *
   * @throws EnvironmentException if the image has no program for that
   */
  public static ProbePlan streaming(ProbeImage image, ProbeSettings settings, KernelFacts kernel) {
    return streaming(
        image,
        settings,
        kernel,
        candidates(image, kernel, Variant::program),
        traps(image, kernel, Variant.trapProgram()),
        kernel.canCompareAndSwap() ? List.of(true, false) : List.of(false));
  }

  /** Plans one variant, without devlink traps: for tests and measurements. */
  public static ProbePlan streaming(
      ProbeImage image, ProbeSettings settings, KernelFacts kernel, Variant variant) {
    return streaming(
        image,
        settings,
        kernel,
        List.of(variant),
        List.of("not asked for"),
        kernel.canCompareAndSwap() ? List.of(true, false) : List.of(false));
  }

  private static ProbePlan streaming(
      ProbeImage image,
      ProbeSettings settings,
      KernelFacts kernel,
      List<Variant> variants,
      List<@Nullable String> traps,
      List<Boolean> limits) {
    List<Attempt> attempts = new ArrayList<>();
    for (boolean limit : limits) {
      for (String noTraps : traps) {
        for (Variant variant : variants) {
          attempts.add(streaming(image, settings, kernel, variant, noTraps, limit));
        }
      }
    }
    return new ProbePlan(
        image,
        settings.devices(),
        settings.noise(),
        settings.ring(),
        settings.wakeupBytes(),
        settings.eventsPerSecond(),
        attempts);
  }

  private static Attempt streaming(
      ProbeImage image,
      ProbeSettings settings,
      KernelFacts kernel,
      Variant variant,
      @Nullable String noTraps,
      boolean limits) {
    NoiseList noise = settings.noise();
    int eventsPerSecond = limits ? settings.eventsPerSecond() : 0;
    int sharing = Math.min(kernel.possibleCpus(), MAX_SHARING_CPUS);
    Map<String, Integer> maps = new LinkedHashMap<>();
    maps.put("per_cpu", 0);
    maps.put("stack_cache", 0);
    switch (settings.ring()) {
      case RingPlan.Perf _ -> maps.put("events", 0);
      case RingPlan.Bpf(int bytes) -> maps.put("ring", bytes);
    }
    if (noTraps == null) {
      maps.put("trap_cpu", 0);
      maps.put("reported", 0);
    }
    if (!noise.isEmpty()) {
      maps.put("noise_reasons", 0);
      maps.put("noise_locations", 0);
      maps.put("noise_counts", noise.rules().size());
    }
    if (eventsPerSecond > 0) {
      maps.put("emissions", eventsPerSecond);
      maps.put("shares", sharing);
    }
    Map<String, Long> data = common(kernel, settings.devices());
    data.put("events_per_second", (long) eventsPerSecond);
    data.put("sharing_cpus", (long) sharing);
    data.put("stack_bytes", (long) settings.stackDepth() * Long.BYTES);
    data.put("stack_period", settings.stackPeriodNanos());
    data.put("snaplen", SNAPLEN);
    data.put("noise_reason_count", (long) noise.reasons().size());
    data.put("noise_location_count", (long) noise.locations().size());
    data.put("ring_kind", settings.ring() instanceof RingPlan.Bpf ? 1L : 0L);
    data.put("wakeup_bytes", (long) settings.wakeupBytes());
    return new Attempt(
        variant,
        limits,
        noTraps,
        variant.program(),
        noTraps == null ? Variant.trapProgram() : null,
        settings.stackDepth() > 0 && variant.walksStacks() && image.has(Variant.tablesProgram()),
        maps,
        data);
  }

  /**
   * Plans a probe that counts drops.
   *
   * @param kinds entries of the map of counts
   * @throws EnvironmentException if the image has no program for that
   */
  public static ProbePlan counting(
      ProbeImage image, DeviceList devices, int kinds, KernelFacts kernel) {
    return counting(
        image,
        devices,
        kinds,
        kernel,
        candidates(image, kernel, Variant::countingProgram),
        traps(image, kernel, Variant.countingTrapProgram()));
  }

  /** Plans one counting variant, without devlink traps: for tests and measurements. */
  public static ProbePlan counting(
      ProbeImage image, DeviceList devices, int kinds, KernelFacts kernel, Variant variant) {
    return counting(image, devices, kinds, kernel, List.of(variant), List.of("not asked for"));
  }

  private static ProbePlan counting(
      ProbeImage image,
      DeviceList devices,
      int kinds,
      KernelFacts kernel,
      List<Variant> variants,
      List<@Nullable String> traps) {
    Map<String, Long> data = common(kernel, devices);
    data.put("kinds_of_namespace", (long) Math.ceilDiv(kinds, NAMESPACE_SHARE));
    data.put("kinds_of_user", (long) Math.ceilDiv(kinds, USER_SHARE));
    List<Attempt> attempts = new ArrayList<>();
    for (String noTraps : traps) {
      Map<String, Integer> maps = new LinkedHashMap<>();
      maps.put("counting", 0);
      maps.put("counts", kinds);
      maps.put("count_shares", kinds);
      maps.put("counted_devices", kinds);
      if (noTraps == null) {
        maps.put("counted_traps", 0);
        maps.put("reported", 0);
      }
      for (Variant variant : variants) {
        attempts.add(
            new Attempt(
                variant,
                true,
                noTraps,
                variant.countingProgram(),
                noTraps == null ? Variant.countingTrapProgram() : null,
                false,
                maps,
                data));
      }
    }
    return new ProbePlan(image, devices, NoiseList.NONE, null, 0, 0, attempts);
  }

  private static Map<String, Long> common(KernelFacts kernel, DeviceList devices) {
    Map<String, Long> data = new LinkedHashMap<>();
    data.put("has_reason", kernel.hasReason() ? 1L : 0L);
    data.put("has_rx_sk", kernel.hasReceivingSocket() ? 1L : 0L);
    data.put("device_mode", (long) devices.mode());
    return data;
  }

  /** Returns the variants that the image has and the kernel may load, the cheapest first. */
  private static List<Variant> candidates(
      ProbeImage image, KernelFacts kernel, Function<Variant, String> program) {
    List<Variant> candidates = new ArrayList<>(List.of(Variant.values()));
    if (!kernel.canReadInPlace() || !image.filtering()) {
      candidates.remove(Variant.IN_PLACE);
    }
    if (!kernel.canCast()) {
      candidates.removeAll(List.of(Variant.IN_PLACE, Variant.CAST));
    }
    candidates.removeIf(each -> !image.has(program.apply(each)));
    if (candidates.isEmpty()) {
      throw new EnvironmentException(
          FailureCode.BAD_OBJECT,
          "%s has none of the programs that this kernel may load".formatted(image),
          "use the probe of the same release");
    }
    return candidates;
  }

  /** Returns why devlink traps are not watched, null for an attempt with them. */
  private static List<@Nullable String> traps(
      ProbeImage image, KernelFacts kernel, String program) {
    if (!kernel.reportsTraps()) {
      return List.of("the kernel has no tracepoint devlink_trap_report");
    }
    if (!image.has(program)) {
      return List.of(image + " has no program for them");
    }
    return Arrays.asList(null, "the kernel refuses the program for them");
  }

  /** As on a kernel without compare-and-swap, for tests. */
  ProbePlan withoutLimit() {
    return new ProbePlan(
        image,
        devices,
        noise,
        ring,
        wakeupBytes,
        eventsPerSecond,
        attempts.stream().filter(attempt -> !attempt.limits()).toList());
  }
}
