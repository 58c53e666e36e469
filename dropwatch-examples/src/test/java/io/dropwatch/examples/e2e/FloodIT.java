package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropWatcher;
import io.dropwatch.examples.testbed.EthernetFrame;
import io.dropwatch.examples.testbed.PacketSocket;
import io.dropwatch.examples.testbed.RoutedNetwork;
import io.dropwatch.examples.testbed.Scenario;
import io.dropwatch.model.DropStatistics;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Every drop of a flood is accounted for: filtered, limited, lost or delivered. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FloodIT {
  private static final int PACKETS = 100_000;
  private static final Scenario SCENARIO = Scenario.NFTABLES_INGRESS;

  private final RoutedNetwork network = RoutedNetwork.open();

  @BeforeAll
  void prepare() {
    SCENARIO.prepare(network);
  }

  @AfterAll
  void removeNetwork() {
    network.close();
  }

  @Test
  void largeRing_losesNothing() {
    LongAdder received = new LongAdder();
    DropWatcher watcher =
        DropWatcher.builder()
            .filter(SCENARIO.filter())
            .ringBytesPerCpu(64 << 20)
            .onEvent(event -> received.increment())
            .start();
    try (watcher) {
      flood();
    }
    DropStatistics statistics = watcher.statistics();
    assertEquals(PACKETS, statistics.delivered(), statistics::toString);
    assertEquals(PACKETS, received.sum(), statistics::toString);
    assertEquals(PACKETS, statistics.emitted(), statistics::toString);
    assertAccounted(statistics);
  }

  @Test
  void slowListener_lostEventsAreCounted() {
    LongAdder received = new LongAdder();
    CountDownLatch floodIsOver = new CountDownLatch(1);
    DropWatcher watcher =
        DropWatcher.builder()
            .filter(SCENARIO.filter())
            .ringBytesPerCpu(1 << 16)
            .onEvent(
                event -> {
                  awaitUninterruptibly(floodIsOver);
                  received.increment();
                })
            .start();
    try (watcher) {
      flood();
      floodIsOver.countDown();
    }
    DropStatistics statistics = watcher.statistics();
    assertEquals(PACKETS, statistics.emitted() + statistics.lost(), statistics::toString);
    assertTrue(statistics.lost() > PACKETS / 2, statistics::toString);
    assertEquals(statistics.delivered(), received.sum(), statistics::toString);
    assertAccounted(statistics);
  }

  @Test
  void maxEventsPerSecond_limitsAFlood() {
    int perSecond = 50;
    LongAdder received = new LongAdder();
    DropWatcher watcher =
        DropWatcher.builder()
            .filter(SCENARIO.filter())
            .maxEventsPerSecond(perSecond)
            .onEvent(event -> received.increment())
            .start();
    long start = System.nanoTime();
    try (watcher) {
      flood();
    }
    long seconds = (System.nanoTime() - start) / 1_000_000_000 + 1;
    DropStatistics statistics = watcher.statistics();
    assertEquals(PACKETS, statistics.limited() + statistics.emitted(), statistics::toString);
    assertTrue(received.sum() >= perSecond / 2, statistics::toString);
    // A window of a second may begin and end within the flood.
    assertTrue(received.sum() <= perSecond * (seconds + 1), statistics::toString);
    assertAccounted(statistics);
  }

  @Test
  void filter_countsAFlood() {
    DropWatcher watcher =
        DropWatcher.builder().filter("tcp and dst port 1").onEvent(event -> {}).start();
    try (watcher) {
      flood();
    }
    DropStatistics statistics = watcher.statistics();
    assertTrue(statistics.filtered() >= PACKETS, statistics::toString);
    assertAccounted(statistics);
  }

  private void flood() {
    byte[] frame =
        EthernetFrame.of(SCENARIO.flow()).bytes(RoutedNetwork.CLIENT_MAC, RoutedNetwork.ROUTER_MAC);
    long before = SCENARIO.kernelCount(network).orElseThrow();
    try (PacketSocket socket = PacketSocket.open(network.client(), "eth0")) {
      socket.send(frame, PACKETS);
    }
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (SCENARIO.kernelCount(network).orElseThrow() - before < PACKETS
        && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertEquals(
        PACKETS, SCENARIO.kernelCount(network).orElseThrow() - before, "dropped by nftables");
  }

  private static void assertAccounted(DropStatistics s) {
    assertEquals(
        s.seen(), s.excluded() + s.filtered() + s.limited() + s.lost() + s.emitted(), s::toString);
    assertEquals(s.emitted(), s.delivered() + s.lostInRing(), s::toString);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
