package io.dropwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dropwatch.internal.probe.CpuBinding;
import io.dropwatch.internal.probe.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The rate limit while two CPUs drop at once, by the kernel's own times: a bucket of all, not one
 * of each. Needs root.
 */
@Timeout(60)
class RateLimitLiveTest {
  private static final int LIMIT = 500;
  private static final long NANOS = 3_300_000_000L;

  private final long[] times = new long[16 * LIMIT];
  private final int[] events = new int[2];
  private int count;

  @Test
  void noSecondHasMoreAndBothCpusGetTheirShare() throws IOException, InterruptedException {
    assumeTrue(CpuBinding.cpus() >= 2, "one CPU only: nothing competes");
    int[] ports = {Loopback.closedPort(), Loopback.closedPort()};
    AtomicLong sent = new AtomicLong();
    DropWatcher watcher =
        DropWatcher.builder()
            .filter("udp and (dst port %d or dst port %d)".formatted(ports[0], ports[1]))
            .maxEventsPerSecond(LIMIT)
            .stackDepth(0)
            .onRawEvent(
                event -> {
                  times[count++] = event.monotonicNanos();
                  int port = event.packetByte(14 + 20 + 2) << 8 | event.packetByte(14 + 20 + 3);
                  events[port == ports[0] ? 0 : 1]++;
                })
            .start();
    try (watcher) {
      Thread[] senders = new Thread[2];
      for (int i = 0; i < 2; i++) {
        int cpu = i;
        senders[i] = Thread.ofPlatform().start(() -> flood(cpu, ports[cpu], sent));
      }
      for (Thread sender : senders) {
        sender.join();
      }
      Eventually.until(
          () -> watcher.statistics().emitted() + watcher.statistics().limited() >= sent.get());
    }
    DropStatistics end = watcher.statistics();
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

  private static void flood(int cpu, int port, AtomicLong sent) {
    CpuBinding.bind(cpu);
    long start = System.nanoTime();
    try {
      while (System.nanoTime() - start < NANOS) {
        Loopback.sendUdp(port, 100);
        sent.addAndGet(100);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
