package io.dropwatch.examples.testbed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Compares the packets sent with the kernel's own drop counters, without a watcher. Needs root. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("live")
class ScenarioTest {
  private static final int PACKETS = 100;

  private final RoutedNetwork network = RoutedNetwork.open();

  @BeforeAll
  void prepare() {
    for (Scenario scenario : Scenario.values()) {
      scenario.prepare(network);
    }
  }

  @AfterAll
  void close() {
    network.close();
  }

  /** The kernel does not count packets queued on a failed neighbour entry. */
  @ParameterizedTest
  @EnumSource(mode = Mode.MATCH_NONE, names = "NEIGHBOUR_.*")
  void kernelCount_growsByThePacketsSent(Scenario scenario) {
    long before = scenario.kernelCount(network).orElseThrow();
    scenario.send(network, PACKETS);
    // A softirq may run after the send returned.
    Instant deadline = Instant.now().plus(Duration.ofSeconds(5));
    OptionalLong after = scenario.kernelCount(network);
    while (after.orElseThrow() - before < PACKETS && Instant.now().isBefore(deadline)) {
      Thread.onSpinWait();
      after = scenario.kernelCount(network);
    }
    assertEquals(PACKETS, after.orElseThrow() - before);
  }
}
