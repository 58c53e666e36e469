package io.dropwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.dropwatch.internal.probe.Eventually;
import io.dropwatch.internal.probe.HeldByKernel;
import io.dropwatch.model.RingKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Watching on a machine whose administrator allows less. It changes settings of the whole machine,
 * so it is no test of the default run but of a machine of its own: see {@code .ci/kernels/tests}.
 * Lockdown is what the machine was booted with ({@code .ci/other-kernels -k
 * lockdown=confidentiality}). Needs root.
 */
class RestrictedMachine {
  private static final int DROPS = 50;
  private static final Path PARANOID = Path.of("/proc/sys/kernel/perf_event_paranoid");
  private static final Path KPTR_RESTRICT = Path.of("/proc/sys/kernel/kptr_restrict");
  private static final Path LOCKDOWN = Path.of("/sys/kernel/security/lockdown");

  private final Collection<DropEvent> events = new ConcurrentLinkedQueue<>();
  private final Queue<String> warnings = new ConcurrentLinkedQueue<>();

  private interface Body {
    void run() throws Exception;
  }

  private static void with(Path setting, String value, Body body) throws Exception {
    assumeFalse(lockdown().contains("[confidentiality]"), "no program reads the kernel here");
    String before = Files.readString(setting);
    Files.writeString(setting, value);
    try {
      body.run();
    } finally {
      Files.writeString(setting, before);
    }
  }

  @Test
  void start_perfEventParanoid3_throwsWithRemedy() throws Exception {
    with(
        PARANOID,
        "3",
        () -> {
          List<String> perf = LimitedProcessTest.run("perfmon,bpf,syslog", "PERF", "16384");
          // Debian's own kernels: elsewhere 3 is no more than 2, and CAP_PERFMON is enough.
          if (!perf.getLast().equals("delivered 50")) {
            assertEquals(1, perf.size(), perf::toString);
            assertTrue(
                perf.getFirst()
                    .startsWith(
                        "NO_PRIVILEGE: cannot open perf rings of 16384 bytes on map events"),
                perf::toString);
            assertTrue(
                perf.getFirst()
                    .endsWith(
                        "EACCES (Permission denied); libbpf says: failed to open perf buffer event"
                            + " on cpu #0: Permission denied; set kernel.perf_event_paranoid to 2"
                            + " or less (it is 3), use the BPF ring, which needs no perf events"
                            + " (Linux 5.8), or run as root"),
                perf::toString);
          }
          List<String> auto = LimitedProcessTest.run("perfmon,bpf,syslog", "AUTO", "16384");
          assertEquals("delivered 50", auto.getLast(), auto::toString);
        });
  }

  @Test
  void start_kptrRestrict2_warnsOnce() throws Exception {
    with(KPTR_RESTRICT, "2", () -> assertEquals("", watched(RingKind.AUTO)));
    assertEquals(
        List.of(
            "the kernel hides its symbols from this process, so stacks show addresses only. Grant"
                + " CAP_SYSLOG, and set kernel.kptr_restrict to 0 or 1"),
        List.copyOf(warnings));
    assertTrue(
        events.stream()
            .flatMap(event -> event.stack().frames().stream())
            .allMatch(frame -> frame.name().startsWith("0x")));
  }

  /** Integrity forbids nothing that is needed; confidentiality what older kernels need. */
  @ParameterizedTest
  @EnumSource
  void start_lockdown_watchesOrThrowsWithRemedy(RingKind ring) throws IOException {
    String lockdown = lockdown();
    assumeFalse(lockdown.contains("[none]"), "this kernel is not locked down");
    String refusal = watched(ring);
    String counting = counted();
    System.out.println(
        lockdown.strip() + ", " + ring + ": " + (refusal.isEmpty() ? "watched" : refusal));
    if (lockdown.contains("[integrity]")) {
      assertEquals("", refusal);
    }
    assertEquals(refusal, counting);
    if (!refusal.isEmpty()) {
      assertTrue(
          refusal.endsWith(
              "Kernel lockdown forbids programs to read kernel memory (kernel_lockdown(7)): boot"
                  + " without lockdown=confidentiality; lockdown=integrity allows it"),
          refusal);
    }
    assertEquals(Map.of(), HeldByKernel.now());
  }

  /** {@code [none] integrity confidentiality}. */
  private static String lockdown() throws IOException {
    if (!Files.exists(LOCKDOWN)) {
      mountSecurityFiles();
    }
    return Files.exists(LOCKDOWN) ? Files.readString(LOCKDOWN) : "[none]";
  }

  private static void mountSecurityFiles() throws IOException {
    try {
      assertEquals(
          0,
          new ProcessBuilder("mount", "-t", "securityfs", "securityfs", "/sys/kernel/security")
              .inheritIO()
              .start()
              .waitFor());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** What it says where it cannot; nothing where all drops were told. */
  private String watched(RingKind ring) throws IOException {
    int port = Loopback.closedPort();
    DropWatcher watcher;
    try {
      watcher =
          DropWatcher.builder()
              .filter("udp and dst port " + port)
              .ring(ring)
              .onWarning(warning -> warnings.add(warning.message()))
              .onEvent(
                  event -> {
                    assertFalse(event.stack().frames().isEmpty());
                    events.add(event);
                  })
              .start();
    } catch (DropWatchException e) {
      return String.valueOf(e.getMessage());
    }
    try (watcher) {
      Loopback.sendUdp(port, DROPS);
      Eventually.until(() -> watcher.statistics().delivered() == DROPS);
    }
    return "";
  }

  private static String counted() throws IOException {
    int port = Loopback.closedPort();
    try (DropCounter counter = DropCounter.builder().filter("udp and dst port " + port).start()) {
      Loopback.sendUdp(port, DROPS);
      Eventually.until(() -> counter.snapshot().counted() == DROPS);
      return "";
    } catch (DropWatchException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
