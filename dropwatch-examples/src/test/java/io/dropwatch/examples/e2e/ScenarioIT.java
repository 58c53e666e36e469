package io.dropwatch.examples.e2e;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropEvent;
import io.dropwatch.DropWatcher;
import io.dropwatch.examples.testbed.RoutedNetwork;
import io.dropwatch.examples.testbed.Scenario;
import io.dropwatch.internal.probe.KernelFacts;
import io.dropwatch.layers.FiveTuple;
import io.dropwatch.model.DropStatistics;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** For each scenario, every packet sent is one event with the expected fields. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScenarioIT {
  private static final int PACKETS = 100;

  private final RoutedNetwork network = RoutedNetwork.open();

  @AfterAll
  void removeNetwork() {
    network.close();
  }

  @ParameterizedTest
  @EnumSource
  void filter_selectsEveryPacketOnce_andItsNegationNone(Scenario scenario) throws Exception {
    FiveTuple flow = scenario.flow();
    Expectation expectation = new Expectation(scenario, network);
    EventLog seen = new EventLog();
    EventLog opposite = new EventLog();
    scenario.prepare(network);

    DropWatcher watcher =
        DropWatcher.builder().filter(scenario.filter()).noiseRules(List.of()).onEvent(seen).start();
    DropWatcher others =
        DropWatcher.builder()
            .filter("not (" + scenario.filter() + ")")
            .noiseRules(List.of())
            .onEvent(opposite)
            .start();
    long before = scenario.kernelCount(network).orElse(0);
    try (watcher;
        others) {
      scenario.send(network, PACKETS);
      seen.await(PACKETS);
    }

    assertEquals(Map.of(expectation.line(), (long) PACKETS), seen.by(expectation::line));
    assertEquals(0, opposite.events().stream().filter(e -> flow.equals(e.flow())).count());
    assertExplained(scenario, seen.events());
    for (DropEvent event : seen.events()) {
      int position = event.packetLength() - requireNonNull(event.skbLength());
      assertTrue(positions(scenario).contains(position), () -> event + " at " + position);
    }
    if (scenario.kernelCount(network).isPresent()) {
      assertEquals(
          PACKETS, scenario.kernelCount(network).getAsLong() - before, "by the kernel's count");
    }
    DropStatistics statistics = watcher.statistics();
    assertEquals(PACKETS, statistics.emitted(), statistics::toString);
    assertEquals(PACKETS, statistics.delivered(), statistics::toString);
    assertTrue(others.statistics().filtered() >= PACKETS, others.statistics()::toString);
  }

  /** The bytes of the headers that the kernel has passed, so that they are not in skb->len. */
  private static List<Integer> positions(Scenario scenario) {
    return switch (scenario) {
      case NFTABLES_OUTPUT -> List.of(0);
      case NFTABLES_INPUT,
          NFTABLES_INPUT_IPV6,
          NFTABLES_INGRESS,
          TC_INGRESS,
          NO_ROUTE,
          TTL_EXPIRED ->
          List.of(14);
      case UDP_PORT_CLOSED, TCP_PORT_CLOSED, UDP_CHECKSUM, TCP_CHECKSUM -> List.of(34);
      case RECEIVE_BUFFER_FULL -> List.of(42);
      case UDP_PORT_CLOSED_IPV6 -> List.of(54);
      // Nothing, or whole headers.
      default -> List.of(0, 14, 34, 42, 54, 62, 74);
    };
  }

  private static void assertExplained(Scenario scenario, List<DropEvent> events) {
    String expected =
        switch (scenario) {
          case TTL_EXPIRED -> "TTL";
          case HOP_LIMIT_EXPIRED_IPV6 -> "hop limit";
          default -> "";
        };
    for (DropEvent event : events) {
      String explanation = event.explanation();
      assertTrue(
          !KernelFacts.running().hasReason()
              || (explanation != null && explanation.contains(expected)),
          () -> event + " is explained by " + explanation);
    }
  }
}
