package io.dropwatch.examples.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropEvent;
import io.dropwatch.examples.testbed.RoutedNetwork;
import io.dropwatch.examples.testbed.Scenario;
import io.dropwatch.output.JsonReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Watches real drops with {@code bin/dropwatch}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WatchingIT {
  private static final Scenario SCENARIO = Scenario.UDP_PORT_CLOSED;
  private static final String FILTER = SCENARIO.filter();
  private static final String STATISTICS =
      "seen=\\d+ excluded=\\d+ filtered=\\d+ limited=\\d+ lost=\\d+ emitted=\\d+ delivered=\\d+"
          + "( [a-z_]+(\\[[^]]+])?=\\d+)*";

  private final RoutedNetwork network = RoutedNetwork.open();

  @AfterAll
  void removeNetwork() {
    network.close();
  }

  /** Lines arrive while the program runs, as a reader of a pipe needs them. */
  @Test
  void json_isFlushedAtOnce() throws Exception {
    try (RunningProgram program =
        RunningProgram.dropwatch("--filter", FILTER, "--output", "json").awaitWatching()) {
      SCENARIO.send(network, 3);
      for (String line : program.awaitOut(3)) {
        DropEvent event = event(line);
        assertEquals(SCENARIO.flow(), event.flow());
        assertEquals("SKB_DROP_REASON_NO_SOCKET", event.reason().name());
      }
      program.signal("INT");
      assertEnded(program, "emitted=3 delivered=3");
    }
  }

  @Test
  void filterWarnings_precedeTheWatchingLine() throws Exception {
    try (RunningProgram program = RunningProgram.dropwatch("--filter", "tcp or " + FILTER)) {
      List<String> lines = program.awaitErr(1);
      while (lines.stream().noneMatch(line -> line.startsWith("dropwatch: watching"))) {
        lines = program.awaitErr(lines.size() + 1);
      }
      assertTrue(
          lines
              .getFirst()
              .matches(
                  "dropwatch: the filter: line 1, column \\d+: 'and' and 'or' have the same precedence.*"),
          lines.toString());
      SCENARIO.send(network, 1);
      program.awaitOut(5);
      program.signal("INT");
      assertEquals(0, program.awaitEnd().status());
    }
  }

  @Test
  void jsonDialectHuatuo() throws Exception {
    try (RunningProgram program =
        RunningProgram.dropwatch("--filter", FILTER, "--output", "json", "--json-dialect", "huatuo")
            .awaitWatching()) {
      SCENARIO.send(network, 1);
      String line = program.awaitOut(1).getFirst();
      assertTrue(line.contains("\"saddr\":\"192.0.2.1\""), line);
      // skb->len at the UDP header, of a frame with 74 bytes.
      assertTrue(line.contains("\"packet_len_bytes\":40,"), line);
      assertTrue(line.contains("\"source\":\"tools\""), line);
      program.signal("INT");
      assertEnded(program, "delivered=1");
    }
  }

  @Test
  void text_isTheDefault() throws Exception {
    try (RunningProgram program = RunningProgram.dropwatch("--filter", FILTER).awaitWatching()) {
      SCENARIO.send(network, 1);
      List<String> lines = program.awaitOut(5);
      assertTrue(lines.getFirst().contains(" IPv4/UDP "), lines::toString);
      assertTrue(lines.getFirst().contains("192.0.2.1:41001 > 198.51.100.2:7001"), lines::toString);
      assertTrue(lines.getFirst().contains(" reason=SKB_DROP_REASON_NO_SOCKET "), lines::toString);
      assertTrue(lines.get(1).startsWith("\t#0 "), lines::toString);
      program.signal("INT");
      assertEnded(program, "emitted=1 delivered=1");
    }
  }

  @Test
  void noiseRule_leavesDropsOutAndCountsThemByName() throws Exception {
    Scenario other = Scenario.TCP_PORT_CLOSED;
    try (RunningProgram program =
        RunningProgram.dropwatch(
                "--filter",
                "(" + FILTER + ") or (" + other.filter() + ")",
                "--noise-rule",
                "closed UDP=__udp4_lib_rcv/",
                "--output",
                "json")
            .awaitWatching()) {
      SCENARIO.send(network, 5);
      other.send(network, 1);
      assertEquals(other.flow(), event(program.awaitOut(1).getFirst()).flow());
      program.signal("INT");
      assertEnded(program, "emitted=6 delivered=1 noise=5 noise\\[closed UDP\\]=5");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM", "HUP"})
  void signal_endsTheSessionAndFreesBpfObjects(String signal) throws Exception {
    try (RunningProgram program = RunningProgram.dropwatch().awaitWatching()) {
      List<String> objects = program.bpfObjects();
      assertTrue(objects.stream().anyMatch(name -> name.startsWith("prog_id ")), objects::toString);
      assertTrue(objects.stream().allMatch(KernelObjects::exists), objects::toString);
      program.signal(signal);
      assertEnded(program, "");
      assertGone(objects);
    }
  }

  /** SIGQUIT makes the JVM print its threads. */
  @Test
  void threadDump_goesToStderr() throws Exception {
    try (RunningProgram program =
        RunningProgram.dropwatch("--filter", FILTER, "--output", "json").awaitWatching()) {
      program.signal("QUIT");
      program.awaitErr(20);
      SCENARIO.send(network, 2);
      program.awaitOut(2);
      program.signal("INT");
      RunningProgram.Outcome outcome = program.awaitEnd();
      assertTrue(
          outcome.err().stream().anyMatch(line -> line.contains("Full thread dump")),
          outcome::toString);
      assertEquals(2, outcome.out().size());
      for (String line : outcome.out()) {
        assertEquals(SCENARIO.flow(), event(line).flow());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"reason,NOPE", "location,nope_nope"})
  void noiseInKernel_unknownName_namesTheOption(String what, String name) throws Exception {
    try (RunningProgram program = RunningProgram.dropwatch("--exclude-" + what, name)) {
      RunningProgram.Outcome outcome = program.awaitEnd();
      String line = outcome.err().getFirst();
      assertTrue(line.startsWith("dropwatch: --exclude-" + what + " " + name + ": "), line);
      assertEquals(2, outcome.status());
    }
  }

  @Test
  void duration_endsTheSession() throws Exception {
    long start = System.nanoTime();
    try (RunningProgram program = RunningProgram.dropwatch("--duration", "1")) {
      assertEnded(program, "");
    }
    assertTrue(System.nanoTime() - start >= 1_000_000_000, "ended before the second was over");
  }

  @Test
  void readerLeaves_whileEventsCome_endsTheSession() throws Exception {
    try (RunningProgram program =
        RunningProgram.command(
                "sh",
                "-c",
                RunningProgram.LAUNCHER + " --output json --filter '" + FILTER + "' | head -1")
            .awaitWatching()) {
      SCENARIO.send(network, 500);
      RunningProgram.Outcome outcome = program.awaitEnd();
      assertEquals(1, outcome.out().size());
      assertStatisticsAreLast(outcome);
    }
  }

  @Test
  void readerLeaves_whileNoEventsCome_endsTheSession() throws Exception {
    String script =
        "{ %s --filter 'tcp and dst port 1'; echo status=$? >&2; } | sleep 1"
            .formatted(RunningProgram.LAUNCHER);
    try (RunningProgram program = RunningProgram.command("sh", "-c", script)) {
      List<String> err = program.awaitEnd().err();
      assertEquals("status=0", err.getLast());
      assertTrue(err.get(err.size() - 2).matches(STATISTICS), err::toString);
    }
  }

  @ParameterizedTest
  @CsvSource({
    ">/dev/full, No space left on device",
    ">&-, 'it is closed; to discard the output, redirect it to /dev/null'"
  })
  void stdoutTakesNothing_endsTheSessionWithStatus1(String redirection, String why)
      throws Exception {
    String script =
        "exec %s --filter '%s' %s".formatted(RunningProgram.LAUNCHER, FILTER, redirection);
    try (RunningProgram program = RunningProgram.command("sh", "-c", script).awaitWatching()) {
      SCENARIO.send(network, 3);
      RunningProgram.Outcome outcome = program.awaitEnd();
      assertEquals("dropwatch: cannot write to stdout: " + why, outcome.err().get(1));
      assertStatisticsAreLast(outcome);
      assertTrue(
          outcome.err().getLast().matches(".* delivered=(\\d+) written=0 not_written=\\1"),
          outcome::toString);
      assertEquals(1, outcome.status());
    }
  }

  @Test
  void readerStalls_signalEndsTheSessionAndCountsWhatIsNotWritten() throws Exception {
    Process stalled =
        new ProcessBuilder(
                "env",
                "--default-signal=INT",
                RunningProgram.LAUNCHER.toString(),
                "--filter",
                FILTER)
            .redirectError(ProcessBuilder.Redirect.PIPE)
            .start();
    try (var err = stalled.errorReader(UTF_8)) {
      String line = err.readLine();
      assertTrue(line != null && line.matches(RunningProgram.WATCHING), line);
      // More than the pipe and the buffer hold.
      SCENARIO.send(network, 2000);
      assertEquals(0, new ProcessBuilder("kill", "-TERM", "" + stalled.pid()).start().waitFor());
      String last = err.readLine();
      assertTrue(
          last != null && last.matches(STATISTICS) && last.matches(".* not_written=[1-9]\\d*"),
          last);
      assertEquals(1, stalled.waitFor());
    } finally {
      stalled.destroyForcibly();
    }
  }

  @Test
  void maxEventsPerSecond_limitsEvents() throws Exception {
    try (RunningProgram program =
        RunningProgram.dropwatch(
                "--filter", FILTER, "--max-events-per-second", "5", "--output", "json")
            .awaitWatching()) {
      long start = System.nanoTime();
      SCENARIO.send(network, 1000);
      program.awaitOut(5);
      program.signal("INT");
      RunningProgram.Outcome outcome = assertEnded(program, "limited=[1-9]\\d*");
      // The packets fall into at least one second, and parts of two more.
      long seconds = (System.nanoTime() - start) / 1_000_000_000 + 2;
      assertTrue(outcome.out().size() <= 5 * seconds, () -> "" + outcome.out().size());
    }
  }

  @Test
  void device_selectsOrExcludes() throws Exception {
    try (RunningProgram allowed =
            RunningProgram.dropwatch("--filter", FILTER, "--device", "lo").awaitWatching();
        RunningProgram denied =
            RunningProgram.dropwatch(
                    "--filter", FILTER, "--device-excluded", "lo", "--output", "json")
                .awaitWatching()) {
      SCENARIO.send(network, 10);
      denied.awaitOut(10);
      denied.signal("INT");
      allowed.signal("INT");
      assertEquals(10, assertEnded(denied, "emitted=10 delivered=10").out().size());
      assertEquals(List.of(), assertEnded(allowed, "excluded=[1-9]\\d+.* emitted=0").out());
    }
  }

  @Test
  void bpfPath_loadsAnotherObject() throws Exception {
    Path object =
        Path.of("../dropwatch-core/src/main/resources/io/dropwatch/internal/probe/dropwatch.bpf.o");
    try (RunningProgram program =
        RunningProgram.dropwatch(
                "--bpf-path", object.toString(), "--filter", FILTER, "--output", "json")
            .awaitWatching()) {
      SCENARIO.send(network, 2);
      program.awaitOut(2);
      program.signal("INT");
      assertEnded(program, "delivered=2");
    }
  }

  @Test
  void kill_freesBpfObjects() throws Exception {
    List<String> objects;
    try (RunningProgram program = RunningProgram.dropwatch().awaitWatching()) {
      objects = program.bpfObjects();
      program.signal("KILL");
      assertFalse(program.awaitEnd().status() == 0);
    }
    assertGone(objects);
  }

  private static RunningProgram.Outcome assertEnded(RunningProgram program, String statistics)
      throws InterruptedException {
    RunningProgram.Outcome outcome = program.awaitEnd();
    assertStatisticsAreLast(outcome);
    assertTrue(
        outcome.err().getLast().matches(".*" + statistics + ".*"), () -> outcome.err().toString());
    assertEquals(2, outcome.err().size(), () -> outcome.err().toString());
    assertEquals(0, outcome.status());
    return outcome;
  }

  private static void assertStatisticsAreLast(RunningProgram.Outcome outcome) {
    assertTrue(outcome.err().getLast().matches(STATISTICS), () -> outcome.err().toString());
  }

  /** The kernel frees the objects shortly after the process has ended. */
  private static void assertGone(List<String> objects) {
    long deadline = System.nanoTime() + 5_000_000_000L;
    while (objects.stream().anyMatch(KernelObjects::exists) && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertEquals(List.of(), objects.stream().filter(KernelObjects::exists).toList());
  }

  private static DropEvent event(String line) throws IOException {
    try (JsonReader reader = new JsonReader(new ByteArrayInputStream(line.getBytes(UTF_8)))) {
      DropEvent event = reader.read();
      if (event == null) {
        throw new AssertionError("no event in " + line);
      }
      return event;
    }
  }
}
