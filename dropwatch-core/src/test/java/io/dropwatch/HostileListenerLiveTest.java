package io.dropwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.internal.probe.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Listeners that misbehave, each way of listening through each ring, while real packets are
 * dropped: every drop keeps its outcome. Needs root and a kernel with BTF.
 */
@Timeout(60)
class HostileListenerLiveTest {
  private static final int DROPS = 2001;

  private enum Way {
    RAW,
    EVENT,
    QUEUE
  }

  private final int port;
  private final AtomicLong heard = new AtomicLong();
  private final AtomicLong errors = new AtomicLong();

  HostileListenerLiveTest() throws IOException {
    port = Loopback.closedPort();
  }

  @ParameterizedTest
  @CsvSource({"RAW, PERF", "RAW, BPF", "EVENT, PERF", "EVENT, BPF", "QUEUE, PERF", "QUEUE, BPF"})
  void whoThrowsAndInterruptsGetsEveryEvent(Way way, RingKind ring) throws IOException {
    DropStatistics end =
        dropped(
            listening(
                watcher(ring),
                way,
                () -> {
                  long number = heard.incrementAndGet();
                  Thread.currentThread().interrupt();
                  if (number % 3 == 0) {
                    throw new IllegalStateException("a bad listener");
                  } else if (number % 3 == 1) {
                    throw new AssertionError("a worse one");
                  }
                }));

    assertEquals(DROPS, end.delivered(), end::toString);
    assertEquals(DROPS, heard.get());
    assertEquals(DROPS / 3 * 2, errors.get());
  }

  @ParameterizedTest
  @EnumSource
  void whoClosesTheWatcherGetsNothingMore(RingKind ring) throws IOException {
    AtomicReference<DropWatcher> itself = new AtomicReference<>();
    CountDownLatch known = new CountDownLatch(1);
    DropWatcher watcher =
        watcher(ring)
            .onEvent(
                _ -> {
                  heard.incrementAndGet();
                  awaitQuietly(known);
                  itself.get().close();
                })
            .start();
    itself.set(watcher);
    known.countDown();
    Loopback.sendUdp(port, 1);

    assertTrue(watcher.awaitClose(Duration.ofSeconds(20)));
    Loopback.sendUdp(port, 1);
    assertEquals(1, heard.get());
    assertEquals(1, watcher.statistics().delivered());
    watcher.close();
    watcher.close();
  }

  @ParameterizedTest
  @EnumSource
  void whoIsTooSlowForTheQueueLosesWhatThePolicySays(Overflow policy) throws IOException {
    CountDownLatch sent = new CountDownLatch(1);
    DropWatcher watcher =
        watcher(RingKind.AUTO)
            .ringBytesPerCpu(1 << 16)
            .queue(16, policy)
            .onEvent(
                _ -> {
                  awaitQuietly(sent);
                  heard.incrementAndGet();
                })
            .start();
    try (watcher) {
      Loopback.sendUdp(port, DROPS);
      Eventually.until(() -> watcher.statistics().emitted() + watcher.statistics().lost() >= DROPS);
      // On a busy machine the reader may not have run yet.
      Eventually.until(() -> policy == Overflow.BLOCK || watcher.statistics().queueOverflow() > 0);
      sent.countDown();
    }
    DropStatistics end = watcher.statistics();
    assertEquals(DROPS, end.emitted() + end.lost(), end::toString);
    assertEquals(heard.get(), end.delivered(), end::toString);
    assertEquals(0, end.lostInRing(), end::toString);
    switch (policy) {
      case DROP_NEWEST, DROP_OLDEST -> {
        assertTrue(end.queueOverflow() > 0, end::toString);
        assertEquals(end.emitted() - end.queueOverflow(), heard.get());
      }
      case BLOCK -> {
        // The ring fills instead: of 128 KiB at least, so that most of it is lost there.
        assertEquals(0, end.queueOverflow(), end::toString);
        assertTrue(end.lostNoSpace() > 0, end::toString);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoIsSlowWithoutAQueueLosesInTheRingOnly(RingKind ring) throws IOException {
    DropWatcher watcher =
        watcher(ring)
            .ringBytesPerCpu(4096)
            .onEvent(
                _ -> {
                  LockSupport.parkNanos(100_000);
                  heard.incrementAndGet();
                })
            .start();
    try (watcher) {
      Loopback.sendUdp(port, DROPS);
      Eventually.until(() -> watcher.statistics().emitted() + watcher.statistics().lost() >= DROPS);
    }
    DropStatistics end = watcher.statistics();
    assertEquals(DROPS, end.delivered() + end.lostNoSpace(), end::toString);
    assertTrue(end.lostNoSpace() > 0, end::toString);
    assertEquals(heard.get(), end.delivered(), end::toString);
  }

  @ParameterizedTest
  @EnumSource
  void whoClosesFromItsListenerGetsTheRestOfTheRing(Way way) throws IOException {
    AtomicReference<DropWatcher> itself = new AtomicReference<>();
    CountDownLatch sent = new CountDownLatch(1);
    DropWatcher watcher =
        listening(
                watcher(RingKind.AUTO),
                way,
                () -> {
                  awaitQuietly(sent);
                  heard.incrementAndGet();
                  itself.get().close();
                })
            .start();
    itself.set(watcher);
    Loopback.sendUdp(port, DROPS);
    Eventually.until(() -> watcher.statistics().emitted() >= DROPS);
    sent.countDown();

    assertTrue(watcher.awaitClose(Duration.ofSeconds(20)));
    DropStatistics end = watcher.statistics();
    assertEquals(DROPS, end.delivered(), end::toString);
    assertEquals(DROPS, heard.get());
    Loopback.sendUdp(port, 10);
    assertEquals(end, watcher.statistics());
  }

  private DropStatistics dropped(DropWatcherBuilder plan) throws IOException {
    DropWatcher watcher = plan.start();
    try (watcher) {
      Loopback.sendUdp(port, DROPS);
      Eventually.until(() -> watcher.statistics().emitted() >= DROPS);
    }
    return watcher.statistics();
  }

  private DropWatcherBuilder watcher(RingKind ring) {
    return DropWatcher.builder()
        .filter("udp and dst port " + port)
        .ring(ring)
        .ringBytesPerCpu(1 << 22)
        .onError(_ -> errors.incrementAndGet());
  }

  private static DropWatcherBuilder listening(DropWatcherBuilder plan, Way way, Runnable listener) {
    return switch (way) {
      case RAW -> plan.onRawEvent(_ -> listener.run());
      case EVENT -> plan.onEvent(_ -> listener.run());
      case QUEUE -> plan.onEvent(_ -> listener.run()).queue(2 * DROPS, Overflow.DROP_NEWEST);
    };
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
