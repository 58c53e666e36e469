package io.dropwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Watching from processes that may do less: what works all the same, and what a refusal says. Needs
 * root, to give rights away.
 */
@Tag("live")
class LimitedProcessTest {
  private static final String SMALL = Integer.toString(1 << 14);
  private static final String LARGE = Integer.toString(1 << 26);

  @Test
  void start_perfRingAboveMemlock_throwsMemlock() throws Exception {
    List<String> said = run("perfmon,bpf", "PERF", LARGE);
    assertEquals(1, said.size(), said::toString);
    String refusal = said.getFirst();
    assertTrue(
        refusal.startsWith(
            "MEMLOCK: cannot open perf rings of 67108864 bytes on map events: EPERM"),
        refusal);
    assertTrue(
        refusal.endsWith(
            "use smaller rings, raise the limit of locked memory (ulimit -l, LimitMEMLOCK=), or"
                + " grant CAP_IPC_LOCK"),
        refusal);
  }

  @Test
  void start_bpfRingAboveMemlock_works() throws Exception {
    List<String> said = run("perfmon,bpf", "AUTO", LARGE);
    assertEquals("delivered 50", said.getLast(), said::toString);
    assertTrue(said.getFirst().startsWith("a BPF ring of "), said::toString);
  }

  @Test
  void start_perfEventsRefused_autoUsesBpfRing() throws Exception {
    List<String> said = run("perfmon,bpf,syslog", "AUTO", SMALL, "refuse perf events");
    assertEquals(2, said.size(), said::toString);
    assertTrue(
        said.getFirst()
            .matches("a BPF ring of \\d+ bytes for all CPUs, as this kernel has one; .*"),
        said::toString);
    assertEquals("delivered 50", said.getLast(), said::toString);
  }

  @Test
  void start_perfEventsRefused_perfRingThrowsWithRemedy() throws Exception {
    List<String> said = run("perfmon,bpf", "PERF", SMALL, "refuse perf events");
    assertEquals(1, said.size(), said::toString);
    assertTrue(said.getFirst().contains("EACCES"), said::toString);
    assertTrue(
        said.getFirst().contains("set kernel.perf_event_paranoid to 2 or less"), said::toString);
    assertTrue(said.getFirst().contains("use the BPF ring"), said::toString);
  }

  @Test
  void onWarning_symbolsHidden_isCalledOnce() throws Exception {
    List<String> said = run("perfmon,bpf", "AUTO", SMALL);
    assertEquals(3, said.size(), said::toString);
    assertEquals(
        "warning: the kernel hides its symbols from this process, so stacks show addresses only;"
            + " grant CAP_SYSLOG, and set kernel.kptr_restrict to 0 or 1",
        said.get(1));
    assertEquals("delivered 50", said.getLast());
  }

  static List<String> run(String capabilities, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "prlimit",
                "--memlock=65536",
                "setpriv",
                "--bounding-set=-all,+" + capabilities.replace(",", ",+"),
                "--inh-caps=-all",
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path", ""),
                LimitedProcess.class.getName()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> "does not end: " + output);
      return output.lines().toList();
    } finally {
      process.destroyForcibly();
    }
  }
}
