package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropStatistics;
import io.dropwatch.DropWatchException;
import io.dropwatch.DropWatcher;
import io.dropwatch.NoiseRule;
import io.dropwatch.examples.lab.RoutedNetwork;
import io.dropwatch.examples.lab.Scenario;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Noise rules on real drops: on, off, in the kernel and before the listener, and counted. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NoiseIT {
  private static final int PACKETS = 20;

  private final RoutedNetwork network = RoutedNetwork.open();

  @AfterAll
  void removeNetwork() {
    network.close();
  }

  /** A neighbour that does not answer: noise by default, an event without the rule. */
  @Test
  void aNeighbourEntryThatEnds() throws Exception {
    Scenario scenario = Scenario.NEIGHBOUR_UNRESOLVED;
    scenario.prepare(network);
    EventLog quiet = new EventLog();
    EventLog all = new EventLog();
    DropWatcher byDefault =
        DropWatcher.builder().filter(scenario.flow().filter()).onEvent(quiet).start();
    DropWatcher switchedOff =
        DropWatcher.builder()
            .filter(scenario.flow().filter())
            .noiseRules(List.of(NoiseRule.CLOSE_WAIT, NoiseRule.BNXT_TX_INT))
            .onEvent(all)
            .start();
    try (byDefault;
        switchedOff) {
      scenario.send(network, PACKETS);
      all.await(PACKETS);
    }
    assertEquals(PACKETS, all.events().size());
    assertEquals(0, switchedOff.statistics().noise());
    assertEquals(List.of(), quiet.events());
    DropStatistics statistics = byDefault.statistics();
    assertEquals(PACKETS, statistics.noise(), statistics::toString);
    assertEquals(PACKETS, statistics.emitted(), statistics::toString);
    assertEquals(0, statistics.delivered(), statistics::toString);
    assertTrue(statistics.toString().contains(" noise=" + PACKETS), statistics::toString);
  }

  @Test
  void aPatternOverTheStack() throws Exception {
    assertOutcome(new NoiseRule.Pattern("udp", "__udp4_lib_rcv/"), 0, PACKETS);
    assertOutcome(new NoiseRule.Pattern("tcp", "tcp_v4_rcv/"), PACKETS, 0);
  }

  @Test
  void aReasonIsDecidedInTheKernel() throws Exception {
    assertOutcome(new NoiseRule.Reason("nobody", "NO_SOCKET"), 0, 0);
    assertOutcome(new NoiseRule.Reason("nobody", "SKB_DROP_REASON_NO_SOCKET"), 0, 0);
    assertOutcome(new NoiseRule.Reason("wrong", "UDP_CSUM"), PACKETS, 0);
  }

  @Test
  void aLocationIsDecidedInTheKernel() throws Exception {
    assertOutcome(new NoiseRule.Location("udp", "__udp4_lib_rcv"), 0, 0);
    assertOutcome(new NoiseRule.Location("tcp", "tcp_v4_rcv"), PACKETS, 0);
  }

  @Test
  void whatThisKernelDoesNotHaveIsRefused() {
    assertRefused(
        new NoiseRule.Reason("r", "NO_SUCH_REASON"),
        "noise rule 'r': this kernel has no drop reason NO_SUCH_REASON; use a name that events show");
    assertRefused(
        new NoiseRule.Location("l", "no_such_function"),
        "noise rule 'l': this kernel has no function no_such_function; use a name that stacks show");
  }

  private static void assertRefused(NoiseRule rule, String message) {
    DropWatchException failure =
        assertThrows(
            DropWatchException.class,
            () -> DropWatcher.builder().noiseRules(List.of(rule)).onEvent(event -> {}).start());
    assertEquals(message, failure.getMessage());
    assertEquals(DropWatchException.Kind.USAGE, failure.kind());
  }

  /** The packets that are neither delivered nor noise here were noise in the kernel. */
  private void assertOutcome(NoiseRule rule, int delivered, int noise) throws Exception {
    Scenario scenario = Scenario.UDP_PORT_CLOSED;
    EventLog all = new EventLog();
    EventLog heard = new EventLog();
    String filter = scenario.flow().filter();
    DropWatcher control = DropWatcher.builder().filter(filter).onEvent(all).start();
    DropWatcher watcher =
        DropWatcher.builder().filter(filter).noiseRules(List.of(rule)).onEvent(heard).start();
    try (control;
        watcher) {
      scenario.send(network, PACKETS);
      all.await(PACKETS);
    }
    DropStatistics statistics = watcher.statistics();
    assertEquals(delivered, heard.events().size(), statistics::toString);
    assertEquals(delivered, statistics.delivered(), statistics::toString);
    assertEquals(noise, statistics.noise(), statistics::toString);
    if (delivered + noise == 0) {
      assertTrue(statistics.noiseInKernel() >= PACKETS, statistics::toString);
      assertEquals(0, statistics.emitted(), statistics::toString);
    }
  }
}
