package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dropwatch.DropWatcher;
import io.dropwatch.examples.testbed.ClosedPort;
import io.dropwatch.examples.testbed.LinuxCalls;
import io.dropwatch.model.DropStatistics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The rate limit holds for two CPUs together, by the kernel's timestamps. Needs root. */
@Timeout(60)
class RateLimitIT {
  private static final int LIMIT = 500;
  private static final long NANOS = 3_300_000_000L;

  private final long[] times = new long[16 * LIMIT];
  private final int[] events = new int[2];
  private int count;

  @Test
  void maxEventsPerSecond_twoCpus_shareTheLimit() throws IOException, InterruptedException {
    assumeTrue(Runtime.getRuntime().availableProcessors() >= 2, "one CPU only: nothing competes");
    AtomicLong sent = new AtomicLong();
    DropStatistics end;
    try (ClosedPort first = ClosedPort.open();
        ClosedPort second = ClosedPort.open()) {
      DropWatcher watcher =
          DropWatcher.builder()
              .filter(
                  "udp and (dst port %d or dst port %d)".formatted(first.number(), second.number()))
              .maxEventsPerSecond(LIMIT)
              .stackDepth(0)
              .onRawEvent(
                  event -> {
                    times[count++] = event.monotonicNanos();
                    int port = event.packetByte(14 + 20 + 2) << 8 | event.packetByte(14 + 20 + 3);
                    events[port == first.number() ? 0 : 1]++;
                  })
              .start();
      try (watcher) {
        Thread[] senders = {flood(0, first, sent), flood(1, second, sent)};
        for (Thread sender : senders) {
          sender.join();
        }
        Await.until(
            () -> watcher.statistics().emitted() + watcher.statistics().limited() >= sent.get());
      }
      end = watcher.statistics();
    }
    assertEquals(sent.get(), end.delivered() + end.limited(), end::toString);
    assertEquals(count, end.delivered(), end::toString);
    assertTrue(count >= 3 * LIMIT, end::toString);

    Arrays.sort(times, 0, count);
    for (int i = LIMIT; i < count; i++) {
      long within = times[i] - times[i - LIMIT];
      assertTrue(within >= 1_000_000_000L, LIMIT + 1 + " events within " + within + " ns");
    }
    for (int each : events) {
      assertTrue(each >= count / 10, () -> Arrays.toString(events) + " of " + count);
    }
  }

  /** The filter comes first, so a neighbour cannot use up the limit of what it selects. */
  @Test
  void maxEventsPerSecond_floodThatTheFilterRejects_takesNothingOfTheLimit()
      throws IOException, InterruptedException {
    int own = 200;
    DropStatistics end;
    try (ClosedPort port = ClosedPort.open();
        ClosedPort neighbours = ClosedPort.open()) {
      AtomicLong flooded = new AtomicLong();
      DropWatcher watcher =
          DropWatcher.builder()
              .filter("udp and dst port " + port.number())
              .maxEventsPerSecond(own)
              .onRawEvent(_ -> {})
              .start();
      try (watcher) {
        Thread neighbour = flood(0, neighbours, flooded);
        Await.until(() -> flooded.get() > 50L * own);
        port.send(15, own);
        neighbour.join();
        Await.until(() -> watcher.statistics().delivered() >= own);
      }
      end = watcher.statistics();
      assertTrue(end.filtered() >= flooded.get(), end::toString);
    }
    assertEquals(own, end.delivered(), end::toString);
    assertEquals(0, end.limited(), end::toString);
    assertEquals(0, end.lost(), end::toString);
  }

  private static Thread flood(int cpu, ClosedPort port, AtomicLong sent) {
    return Thread.ofPlatform()
        .start(
            () -> {
              LinuxCalls.bindThreadToCpu(cpu);
              long start = System.nanoTime();
              try {
                while (System.nanoTime() - start < NANOS) {
                  port.send(15, 100);
                  sent.addAndGet(100);
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }
}
