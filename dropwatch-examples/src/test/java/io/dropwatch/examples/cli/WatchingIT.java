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
import org.junit.jupiter.params.provider.ValueSource;

/** Real drops through {@code bin/dropwatch}: what comes out, when, and how it ends. */
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

  /**
   * That the lines are there while the program runs is the test: somebody may be reading them
   * through a pipe.
   */
  @Test
  void jsonLinesComeAtOnce() throws Exception {
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
  void trapsOfTheFilterAreToldFirst() throws Exception {
    try (RunningProgram program = RunningProgram.dropwatch("--filter", "tcp or " + FILTER)) {
      // Place and words, the expression, the carets, the fix, and then that it is watching.
      List<String> lines = program.awaitErr(5);
      assertTrue(
          lines
              .getFirst()
              .matches("dropwatch: the filter: line 1, column \\d+: 'and' and 'or' bind alike.*"),
          lines::toString);
      SCENARIO.send(network, 1);
      program.awaitOut(5);
      program.signal("INT");
      assertEquals(0, program.awaitEnd().status());
    }
  }

  @Test
  void theHuatuoDialect() throws Exception {
    try (RunningProgram program =
        RunningProgram.dropwatch("--filter", FILTER, "--output", "json", "--json-dialect", "huatuo")
            .awaitWatching()) {
      SCENARIO.send(network, 1);
      String line = program.awaitOut(1).getFirst();
      assertTrue(line.contains("\"saddr\":\"192.0.2.1\""), line);
      assertTrue(line.contains("\"packet_len_bytes\":"), line);
      assertTrue(line.contains("\"source\":\"tools\""), line);
      program.signal("INT");
      assertEnded(program, "delivered=1");
    }
  }

  @Test
  void textIsTheDefault() throws Exception {
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

  /** The rule leaves out and is counted by its name; the packets behind it are all that is told. */
  @Test
  void whatANoiseRuleTakesOutIsCountedByItsName() throws Exception {
    Scenario heard = Scenario.TCP_PORT_CLOSED;
    try (RunningProgram program =
        RunningProgram.dropwatch(
                "--filter",
                "(" + FILTER + ") or (" + heard.filter() + ")",
                "--noise-rule",
                "closed UDP=__udp4_lib_rcv/",
                "--output",
                "json")
            .awaitWatching()) {
      SCENARIO.send(network, 5);
      heard.send(network, 1);
      assertEquals(heard.flow(), event(program.awaitOut(1).getFirst()).flow());
      program.signal("INT");
      assertEnded(program, "emitted=6 delivered=1 noise=5 noise\\[closed UDP\\]=5");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM", "HUP"})
  void signalsEndItCleanly(String signal) throws Exception {
    try (RunningProgram program = RunningProgram.dropwatch().awaitWatching()) {
      List<String> held = program.bpfObjects();
      assertTrue(held.stream().anyMatch(object -> object.startsWith("prog_id ")), held::toString);
      assertTrue(held.stream().allMatch(KernelObjects::exists), held::toString);
      program.signal(signal);
      assertEnded(program, "");
      assertGone(held);
    }
  }

  @Test
  void theDurationEndsIt() throws Exception {
    long start = System.nanoTime();
    try (RunningProgram program = RunningProgram.dropwatch("--duration", "1")) {
      assertEnded(program, "");
    }
    assertTrue(System.nanoTime() - start >= 1_000_000_000, "ended before the second was over");
  }

  /** As {@code dropwatch | head -1}: the next event finds nobody. */
  @Test
  void aReaderThatLeavesEndsItWhileEventsCome() throws Exception {
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
  void aReaderThatLeavesEndsItWhileNothingComes() throws Exception {
    String script =
        "{ %s --filter 'tcp and dst port 1'; echo status=$? >&2; } | sleep 1"
            .formatted(RunningProgram.LAUNCHER);
    try (RunningProgram program = RunningProgram.command("sh", "-c", script)) {
      List<String> err = program.awaitEnd().err();
      assertEquals("status=0", err.getLast());
      assertTrue(err.get(err.size() - 2).matches(STATISTICS), err::toString);
    }
  }

  @Test
  void aFullDiskEndsItWithTheCause() throws Exception {
    String script = "exec %s --filter '%s' > /dev/full".formatted(RunningProgram.LAUNCHER, FILTER);
    try (RunningProgram program = RunningProgram.command("sh", "-c", script).awaitWatching()) {
      SCENARIO.send(network, 3);
      RunningProgram.Outcome outcome = program.awaitEnd();
      assertEquals(
          "dropwatch: stdout took no more events: No space left on device; make room there",
          outcome.err().get(1));
      assertStatisticsAreLast(outcome);
      assertEquals(1, outcome.status());
    }
  }

  /** A reader that has stalled must not keep a signal from ending it. */
  @Test
  void aReaderThatStallsDoesNotKeepItAlive() throws Exception {
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
      // Much more than the pipe and the buffer hold; nobody reads it.
      SCENARIO.send(network, 2000);
      assertEquals(0, new ProcessBuilder("kill", "-TERM", "" + stalled.pid()).start().waitFor());
      String last = err.readLine();
      assertTrue(last != null && last.matches(STATISTICS), last);
      assertEquals(0, stalled.waitFor());
    } finally {
      stalled.destroyForcibly();
    }
  }

  @Test
  void theRateLimitHolds() throws Exception {
    try (RunningProgram program =
        RunningProgram.dropwatch(
                "--filter", FILTER, "--max-events-per-second", "5", "--output", "json")
            .awaitWatching()) {
      long start = System.nanoTime();
      SCENARIO.send(network, 1000);
      program.awaitOut(5);
      program.signal("INT");
      RunningProgram.Outcome outcome = assertEnded(program, "limited=[1-9]\\d*");
      // The packets meet at least one second, and parts of two more.
      long seconds = (System.nanoTime() - start) / 1_000_000_000 + 2;
      assertTrue(outcome.out().size() <= 5 * seconds, () -> "" + outcome.out().size());
    }
  }

  @Test
  void deviceLists() throws Exception {
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
  void anotherObjectFile() throws Exception {
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
  void killedLeavesNothingInTheKernel() throws Exception {
    List<String> held;
    try (RunningProgram program = RunningProgram.dropwatch().awaitWatching()) {
      held = program.bpfObjects();
      program.signal("KILL");
      assertFalse(program.awaitEnd().status() == 0);
    }
    assertGone(held);
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

  /** The kernel frees what a process held a moment after the process is gone. */
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
