package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropWatcher;
import io.dropwatch.examples.testbed.ClosedPort;
import io.dropwatch.model.RingKind;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How long single drops wait in the ring, which do not wake the reader. Compares two watchers of
 * the same drops, one with a shorter latency. Needs root.
 */
@Timeout(90)
class LatencyIT {
  private static final int DROPS = 25;
  private static final int ROUNDS = 4;
  private static final long PAUSE_NANOS = 23_000_000;

  @ParameterizedTest
  @EnumSource(names = {"PERF", "BPF"})
  void maxLatency_shortensTheWaitInTheRing(RingKind ring) throws IOException {
    try (ClosedPort port = ClosedPort.open()) {
      for (int round = 1; ; round++) {
        AtomicLong boundedWait = new AtomicLong();
        AtomicLong usualWait = new AtomicLong();
        DropWatcher first = watcher(ring, port, Duration.ofMillis(1), boundedWait);
        DropWatcher second = watcher(ring, port, Duration.ofMillis(100), usualWait);
        try (first;
            second) {
          for (int i = 0; i < DROPS; i++) {
            port.send(9, 1);
            LockSupport.parkNanos(PAUSE_NANOS);
          }
          Await.until(
              () ->
                  first.statistics().delivered() == DROPS
                      && second.statistics().delivered() == DROPS);
        }
        long bounded = boundedWait.get();
        long usual = usualWait.get();
        assertEquals(0, first.statistics().lost());
        // 50 ms on average; repeated, because a busy machine may delay both.
        if (bounded < usual / 2) {
          return;
        }
        String waited = "%d ns with a bound, %d ns without".formatted(bounded, usual);
        assertTrue(round < ROUNDS, waited);
      }
    }
  }

  private static DropWatcher watcher(
      RingKind ring, ClosedPort port, Duration latency, AtomicLong wait) {
    return DropWatcher.builder()
        .filter("udp and dst port " + port.number())
        .ring(ring)
        .stackDepth(0)
        .maxLatency(latency)
        .onRawEvent(event -> wait.addAndGet(System.nanoTime() - event.monotonicNanos()))
        .start();
  }
}
