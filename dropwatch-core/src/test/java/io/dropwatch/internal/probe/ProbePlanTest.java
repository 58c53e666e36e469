package io.dropwatch.internal.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.dropwatch.bpf.KernelSymbols;
import io.dropwatch.internal.probe.ProbeLiveTest.Code;
import io.dropwatch.internal.probe.ProbePlan.Attempt;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Plans for kernels of different ages, without a kernel. */
class ProbePlanTest {
  private static final ProbeImage IMAGE = ProbeImage.embedded();
  private static final ProbeImage FILTERING = IMAGE.withFilter(Code.REFUSE_ALL, "none");
  private static final KernelFacts LINUX_5_10 = kernel(false, false, false, false, true);
  private static final KernelFacts LINUX_6_18 = kernel(true, true, true, true, true);

  private static KernelFacts kernel(
      boolean hasReason, boolean traps, boolean cast, boolean inPlace, boolean swap) {
    return new KernelFacts(
        hasReason, hasReason, new KernelReasons(Map.of(), Map.of()), traps, cast, inPlace, swap, 4);
  }

  private static ProbeSettings settings(int eventsPerSecond, int depth, RingPlan ring) {
    return new ProbeSettings(
        new DeviceList.All(), NoiseList.NONE, eventsPerSecond, depth, 0, ring, 4096);
  }

  private static List<String> attempts(ProbePlan plan) {
    return plan.attempts().stream()
        .map(
            attempt ->
                attempt.variant()
                    + (attempt.trapProgram() == null ? "" : "+traps")
                    + (attempt.limits() ? "" : " without limit"))
        .toList();
  }

  @Test
  void streaming_newKernel_triesCheapestVariantWithTrapsFirst() {
    ProbePlan plan =
        ProbePlan.streaming(FILTERING, settings(0, 0, new RingPlan.Perf(4096)), LINUX_6_18);

    assertEquals(
        List.of(
            "IN_PLACE+traps",
            "CAST+traps",
            "TYPED+traps",
            "IN_PLACE",
            "CAST",
            "TYPED",
            "IN_PLACE+traps without limit",
            "CAST+traps without limit",
            "TYPED+traps without limit",
            "IN_PLACE without limit",
            "CAST without limit",
            "TYPED without limit"),
        attempts(plan));
  }

  @Test
  void streaming_withoutFilter_hasNothingToReadInPlace() {
    ProbePlan plan =
        ProbePlan.streaming(IMAGE, settings(0, 0, new RingPlan.Perf(4096)), LINUX_6_18);

    assertFalse(attempts(plan).contains("IN_PLACE"));
  }

  @Test
  void streaming_oldKernel_triesTypedOnly() {
    ProbePlan plan =
        ProbePlan.streaming(FILTERING, settings(0, 0, new RingPlan.Perf(4096)), LINUX_5_10);

    assertEquals(List.of("TYPED", "TYPED without limit"), attempts(plan));
    assertEquals(
        "the kernel has no tracepoint devlink_trap_report", plan.attempts().getFirst().noTraps());
  }

  @Test
  void streaming_afterRefusals_skipsWhatTheKernelRefused() {
    KernelFacts kernel = kernel(true, false, true, false, false);
    ProbePlan plan =
        ProbePlan.streaming(FILTERING, settings(10, 0, new RingPlan.Perf(4096)), kernel);

    assertEquals(List.of("CAST without limit", "TYPED without limit"), attempts(plan));
    assertEquals(0, plan.attempts().getFirst().settings().get("events_per_second"));
    assertEquals(10, plan.eventsPerSecond());
  }

  @Test
  void streaming_createsMapsForSettingsOnly() {
    Attempt plain =
        ProbePlan.streaming(
                IMAGE, settings(0, 0, new RingPlan.Perf(4096)), LINUX_5_10, Variant.TYPED)
            .attempts()
            .getFirst();
    Attempt limited =
        ProbePlan.streaming(
                IMAGE, settings(50, 0, new RingPlan.Bpf(8192)), LINUX_6_18, Variant.TYPED)
            .attempts()
            .getFirst();

    assertEquals(Map.of("per_cpu", 0, "stack_cache", 0, "events", 0), plain.maps());
    assertEquals(
        Map.of("per_cpu", 0, "stack_cache", 0, "ring", 8192, "emissions", 50, "shares", 4),
        limited.maps());
  }

  @Test
  void streaming_setsReadOnlyData() {
    NoiseList noise =
        new NoiseList(
            List.of("a", "b"),
            Map.of(2, 0, 3, 1),
            List.of(new NoiseList.Location(new KernelSymbols.Range(16, 32), 1)));
    ProbeSettings settings =
        new ProbeSettings(
            new DeviceList.Denied(Map.of("eth0", new DeviceKey(2, 7))),
            noise,
            50,
            20,
            1_000_000,
            new RingPlan.Bpf(8192),
            4096);
    Attempt attempt =
        ProbePlan.streaming(IMAGE, settings, LINUX_6_18, Variant.TYPED).attempts().getFirst();

    assertEquals(
        "device_mode=2 events_per_second=50 has_reason=1 has_rx_sk=1 noise_location_count=1"
            + " noise_reason_count=2 ring_kind=1 sharing_cpus=4 snaplen=256 stack_bytes=160"
            + " stack_period=1000000 wakeup_bytes=4096",
        attempt.settings().entrySet().stream()
            .map(Map.Entry::toString)
            .sorted()
            .collect(Collectors.joining(" ")));
    assertEquals(2, attempt.maps().get("noise_counts"));
  }

  @Test
  void streaming_walksStacksItselfWithCastOnly() {
    ProbeSettings settings = settings(0, 20, new RingPlan.Perf(4096));

    assertEquals(
        List.of(true, false),
        List.of(Variant.CAST, Variant.TYPED).stream()
            .map(variant -> ProbePlan.streaming(IMAGE, settings, LINUX_6_18, variant))
            .map(plan -> plan.attempts().getFirst().findsTables())
            .toList());
  }

  @Test
  void counting_createsMapsOfCountsOnly() {
    ProbePlan plan = ProbePlan.counting(FILTERING, new DeviceList.All(), 8, LINUX_6_18);

    assertEquals(
        List.of("IN_PLACE+traps", "CAST+traps", "TYPED+traps", "IN_PLACE", "CAST", "TYPED"),
        attempts(plan));
    assertEquals(
        Map.of(
            "counting",
            0,
            "counts",
            8,
            "count_shares",
            8,
            "counted_devices",
            8,
            "counted_traps",
            0,
            "reported",
            0),
        plan.attempts().getFirst().maps());
    assertEquals(
        Map.of("counting", 0, "counts", 8, "count_shares", 8, "counted_devices", 8),
        plan.attempts().getLast().maps());
  }
}
