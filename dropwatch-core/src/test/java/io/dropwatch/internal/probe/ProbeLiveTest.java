package io.dropwatch.internal.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.bpf.BpfException;
import io.dropwatch.bpf.BpfObject;
import io.dropwatch.model.FailureCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The probe in the running kernel. Needs root. */
@Tag("live")
class ProbeLiveTest {
  private static final KernelFacts KERNEL = KernelFacts.running();
  private static final ProbeSettings SETTINGS = settings(1 << 16);

  @Test
  void variants_loadWithAllSettings() throws IOException {
    DeviceKey device = new DeviceKey(1, 4026531833L);
    ProbeSettings all =
        new ProbeSettings(
            new DeviceList.Allowed(Map.of("listed", device)),
            NoiseList.NONE,
            100,
            127,
            1_000_000_000L,
            new RingPlan.Perf(1 << 16),
            4096);
    ProbeImage filtering = ProbeImage.embedded().withFilter(Code.REFUSE_ALL, "none");

    for (Variant variant : variants(filtering)) {
      attachWithLimitIfItCan(filtering, all, variant).close();
    }
    assertEquals(Map.of(), HeldByKernel.now());
  }

  /** The verifier follows the loop over the CPUs that share a limit. */
  @Test
  void limit_loadsForMaximumNumberOfCpus() {
    try (BpfObject object =
        BpfObject.open(
            "dropwatch", ProbeImage.embedded().bytes(false, false, new DeviceList.All()))) {
      for (String program : object.programNames()) {
        object.program(program).autoload(program.equals(Variant.TYPED.program()));
      }
      object.map("ring").autocreate(false);
      object.readOnlyData().setInt("events_per_second", 1).setInt("sharing_cpus", 1024);
      object.map("shares").resize(1024);
      object.load();
    } catch (BpfException e) {
      // Compare and swap came with Linux 5.12.
      assertFalse(KernelFacts.running().hasReason(), e::toString);
    }
  }

  @Test
  void attach_createsOnlyUsedMaps() {
    Set<String> ofCounts =
        Set.of("counts", "count_shares", "counted_devices", "counted_traps", "counting");
    Set<String> ofRecords = Set.of("per_cpu", "events", "stack_cache");
    Set<String> ofOptions =
        Set.of("noise_reasons", "noise_locations", "noise_counts", "emissions", "shares");

    try (Probe probe = Probe.attach(ProbePlan.streaming(ProbeImage.embedded(), SETTINGS, KERNEL))) {
      Set<String> maps = probe.maps();
      assertTrue(maps.containsAll(ofRecords), maps::toString);
      assertTrue(Collections.disjoint(maps, ofCounts), maps::toString);
      assertTrue(Collections.disjoint(maps, ofOptions), maps::toString);
      assertFalse(maps.contains("ring"), maps::toString);
    }
    try (CountingProbe probe =
        CountingProbe.attach(
            ProbePlan.counting(ProbeImage.embedded(), new DeviceList.All(), 8, KERNEL))) {
      Set<String> maps = probe.maps();
      assertTrue(maps.containsAll(Set.of("counts", "counting")), maps::toString);
      assertTrue(Collections.disjoint(maps, ofRecords), maps::toString);
      assertTrue(Collections.disjoint(maps, ofOptions), maps::toString);
    }
    assertEquals(Map.of(), HeldByKernel.now());
  }

  // Attaching once tells whether the kernel takes the variant that reads in place.
  private static Set<Variant> variants(ProbeImage image) {
    Probe.attach(ProbePlan.streaming(image, SETTINGS, KernelFacts.running())).close();
    return ProbePlan.streaming(image, SETTINGS, KernelFacts.running()).attempts().stream()
        .map(ProbePlan.Attempt::variant)
        .collect(Collectors.toSet());
  }

  private static Probe attachWithLimitIfItCan(
      ProbeImage image, ProbeSettings settings, Variant variant) {
    try {
      return Probe.attach(ProbePlan.streaming(image, settings, KERNEL, variant));
    } catch (EnvironmentException e) {
      OlderKernel.assertTooOldToLimit(e.code());
      return Probe.attach(ProbePlan.streaming(image, settings.withoutLimit(), KERNEL, variant));
    }
  }

  /** As on kernels before 5.12. */
  @Test
  void withoutCompareAndSwap_loadsButRefusesLimit() throws IOException {
    ProbeImage image = ProbeImage.embedded().withFilter(Code.REFUSE_ALL, "none");
    for (Variant variant : variants(image)) {
      Probe.attach(ProbePlan.streaming(image, SETTINGS, KERNEL, variant).withoutLimit()).close();
    }
    Probe.attach(ProbePlan.streaming(image, SETTINGS, KERNEL).withoutLimit()).close();
    ProbeSettings limited =
        new ProbeSettings(
            new DeviceList.All(), NoiseList.NONE, 100, 0, 0, new RingPlan.Perf(1 << 16), 4096);

    EnvironmentException refusal =
        assertThrows(
            EnvironmentException.class,
            () -> Probe.attach(ProbePlan.streaming(image, limited, KERNEL).withoutLimit()));
    assertEquals(
        "the rate of events cannot be limited to 100 a second: eBPF programs of this kernel have no"
            + " compare-and-swap (Linux 5.12)",
        refusal.problem());
    assertEquals("leave out the limit, or use a filter", refusal.remedy());
    assertEquals(FailureCode.KERNEL_TOO_OLD, refusal.code());
    assertEquals(Map.of(), HeldByKernel.now());
  }

  @Test
  void filterThatMatchesNothing_countsAllAsFiltered() throws Exception {
    try (Probe probe =
        Probe.attach(
            ProbePlan.streaming(
                ProbeImage.embedded().withFilter(Code.REFUSE_ALL, "none"), SETTINGS, KERNEL))) {
      VariantsLiveTest.sendToClosedPort(100);
      Eventually.until(() -> probe.counts().filtered() >= 100);

      assertEquals(0, probe.counts().emitted());
    }
  }

  @Test
  void attach_refusedByVerifier_leavesNothingInKernel() {
    FilterCode endless = Code.of("0500ffff00000000"); // goto -1: no end
    ProbeImage image = ProbeImage.embedded().withFilter(endless, "endless");

    BpfException refusal =
        assertThrows(
            BpfException.class, () -> Probe.attach(ProbePlan.streaming(image, SETTINGS, KERNEL)));
    assertTrue(refusal.getMessage() != null && refusal.getMessage().contains("cannot load"));
    assertEquals(Map.of(), HeldByKernel.now());
  }

  @Test
  void attach_objectOfOtherRelease_leavesNothingInKernel() throws IOException {
    Path file = Files.createTempFile("another-release", ".o");
    try {
      Files.write(file, withRecordVersion(ProbeImage.embedded().bytes(), 9));
      ProbeImage image = ProbeImage.read(file);

      EnvironmentException refusal =
          assertThrows(
              EnvironmentException.class,
              () -> Probe.attach(ProbePlan.streaming(image, SETTINGS, KERNEL)));
      assertEquals(
          file
              + " writes records of version 9, this library reads version 6; use the probe of the"
              + " same release",
          refusal.getMessage());
      assertEquals(Map.of(), HeldByKernel.now());
    } finally {
      Files.delete(file);
    }
  }

  // The read-only data are the settings in the order of the source: the last of stack.h (8 bytes
  // for
  // a period, at a multiple of 8), then record_version.
  private static byte[] withRecordVersion(byte[] elf, int version) {
    ByteBuffer bytes = ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN);
    int[] settings = {127 * 8, 0, 0, 0, 6, 0, 256};
    for (int at = 0; at + 4 * settings.length <= elf.length; at += 4) {
      int start = at;
      if (IntStream.range(0, settings.length)
          .allMatch(i -> bytes.getInt(start + 4 * i) == settings[i])) {
        bytes.putInt(start + 16, version);
        return elf;
      }
    }
    throw new AssertionError("the settings are not where they were");
  }

  private static ProbeSettings settings(int ringBytes) {
    return new ProbeSettings(
        new DeviceList.All(), NoiseList.NONE, 0, 20, 0, new RingPlan.Perf(ringBytes), 4096);
  }

  /** eBPF by hand. */
  static final class Code {
    static final FilterCode REFUSE_ALL = of("b400000000000000"); // w0 = 0

    private Code() {}

    static FilterCode of(String instruction) {
      return new FilterCode(HexFormat.of().parseHex(instruction), new BitSet());
    }
  }
}
