package io.dropwatch.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.examples.testbed.RoutedNetwork;
import io.dropwatch.examples.testbed.Scenario;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Runs {@code dropwatch top} without a terminal on real drops. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TopIT {
  private static final Scenario SCENARIO = Scenario.UDP_PORT_CLOSED;

  private final RoutedNetwork network = RoutedNetwork.open();

  @AfterAll
  void removeNetwork() {
    network.close();
  }

  @Test
  void once_printsOneTableOfTheInterval() throws Exception {
    try (RunningProgram program =
        RunningProgram.dropwatch(
            "top", "--once", "--interval", "4", "--filter", SCENARIO.filter())) {
      program.awaitErr(1);
      SCENARIO.send(network, 1000);
      RunningProgram.Outcome outcome = program.awaitEnd();

      assertEquals(0, outcome.status(), outcome::toString);
      assertEquals(4, outcome.out().size(), outcome::toString);
      assertTrue(
          outcome.out().get(0).matches("dropwatch: \\d+ drops/s, 1000 in \\d+ s, 1 kinds.*"),
          outcome::toString);
      assertTrue(outcome.out().get(1).startsWith("DROPS/S TOTAL REASON"), outcome::toString);
      List<String> cells = List.of(outcome.out().get(2).strip().split(" +", -1));
      // Compilers append suffixes such as .constprop.0.
      assertEquals("__udp4_lib_rcv", cells.get(3).replaceFirst("\\..*", ""));
      assertEquals(
          List.of("1000", "NO_SOCKET", "eth0", network.server().name(), "IPv4/UDP"),
          List.of(cells.get(1), cells.get(2), cells.get(4), cells.get(5), cells.get(6)));
      assertTrue(outcome.err().getLast().contains(" counted=1000 overflow=0"), outcome::toString);
    }
  }

  @Test
  void filterWarnings_goToStderr() throws Exception {
    try (RunningProgram program =
        RunningProgram.dropwatch("top", "--once", "--filter", "tcp and udp and ifname lo")) {
      RunningProgram.Outcome outcome = program.awaitEnd();
      assertEquals(0, outcome.status(), outcome::toString);
      assertTrue(
          outcome.err().stream().anyMatch(line -> line.contains("no packet can match")),
          outcome::toString);
    }
  }

  @Test
  void signal_endsTheSession() throws Exception {
    try (RunningProgram program = RunningProgram.dropwatch("top", "--device", "lo")) {
      program.awaitErr(1);
      program.awaitOut(2);
      List<String> objects = program.bpfObjects();
      assertFalse(objects.isEmpty());
      program.signal("INT");
      RunningProgram.Outcome outcome = program.awaitEnd();
      assertEquals(0, outcome.status(), outcome::toString);
      assertTrue(outcome.err().getLast().startsWith("seen="), outcome::toString);
    }
  }
}
