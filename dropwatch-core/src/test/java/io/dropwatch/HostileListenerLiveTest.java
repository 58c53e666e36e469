package io.dropwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.internal.probe.Eventually;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.Overflow;
import io.dropwatch.model.RingKind;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Listeners that misbehave, each way of listening through each ring, while real packets are
 * dropped: every drop keeps its outcome. Those that never return: {@link BlockedListenerLiveTest}.
 * Needs root and a kernel with BTF.
 */
@Timeout(60)
@Tag("live")
class HostileListenerLiveTest {
  private static final int DROPS = 2001;

  /** How events come to a listener. */
  enum Way {
    RAW(null),
    EVENT(null),
    NEWEST_DROPPED(Overflow.DROP_NEWEST),
    OLDEST_DROPPED(Overflow.DROP_OLDEST),
    READER_BLOCKED(Overflow.BLOCK);

    private final @Nullable Overflow overflow;

    Way(@Nullable Overflow overflow) {
      this.overflow = overflow;
    }

    /** Whether the listener is called by another thread than the ring's reader. */
    boolean hasQueue() {
      return overflow != null;
    }

    DropWatcherBuilder listening(DropWatcherBuilder plan, int capacity, Runnable listener) {
      if (this == RAW) {
        return plan.onRawEvent(_ -> listener.run());
      }
      plan.onEvent(_ -> listener.run());
      return overflow == null ? plan : plan.queue(capacity, overflow);
    }
  }

  static Stream<Arguments> everyWayThroughEveryRing() {
    return Arrays.stream(Way.values())
        .flatMap(
            way -> Stream.of(RingKind.PERF, RingKind.BPF).map(ring -> Arguments.of(way, ring)));
  }

  private final int port;
  private final AtomicLong heard = new AtomicLong();
  private final AtomicLong errors = new AtomicLong();

  HostileListenerLiveTest() throws IOException {
    port = Loopback.closedPort();
  }

  @ParameterizedTest
  @MethodSource("everyWayThroughEveryRing")
  void onEvent_listenerThrowsOrInterrupts_getsEveryEvent(Way way, RingKind ring)
      throws IOException {
    DropWatcher watcher =
        way.listening(
                watcher(ring, 1 << 22),
                2 * DROPS,
                () -> {
                  long number = heard.incrementAndGet();
                  Thread.currentThread().interrupt();
                  if (number % 3 == 0) {
                    throw new IllegalStateException("a bad listener");
                  } else if (number % 3 == 1) {
                    throw new AssertionError("a worse one");
                  }
                })
            .start();
    try (watcher) {
      Loopback.sendUdp(port, DROPS);
      Eventually.until(() -> watcher.statistics().emitted() >= DROPS);
    }
    DropStatistics end = watcher.statistics();
    assertEquals(DROPS, end.delivered(), end::toString);
    assertEquals(DROPS, heard.get());
    assertEquals(DROPS / 3 * 2, errors.get());
  }

  @ParameterizedTest
  @MethodSource("everyWayThroughEveryRing")
  void onEvent_slowListener_lossesAreCounted(Way way, RingKind ring) throws IOException {
    CountDownLatch sent = new CountDownLatch(1);
    DropWatcher watcher =
        way.listening(
                watcher(ring, 1 << 14),
                16,
                () -> {
                  awaitQuietly(sent);
                  heard.incrementAndGet();
                })
            .start();
    boolean losesInQueue = way.hasQueue() && way != Way.READER_BLOCKED;
    try (watcher) {
      Loopback.sendUdp(port, DROPS);
      Eventually.until(() -> watcher.statistics().emitted() + watcher.statistics().lost() >= DROPS);
      // On a busy machine the reader may not have run yet.
      Eventually.until(() -> !losesInQueue || watcher.statistics().queueOverflow() > 0);
      sent.countDown();
    }
    DropStatistics end = watcher.statistics();
    assertEquals(DROPS, end.emitted() + end.lost(), end::toString);
    assertEquals(heard.get(), end.delivered(), end::toString);
    assertEquals(end.lost(), end.lostNoSpace(), end::toString);
    assertEquals(0, end.lostInRing(), end::toString);
    assertEquals(end.emitted() - end.queueOverflow(), end.delivered(), end::toString);
    if (losesInQueue) {
      assertTrue(end.queueOverflow() > 0, end::toString);
    } else {
      // The ring fills instead.
      assertEquals(0, end.queueOverflow(), end::toString);
      assertTrue(end.lostNoSpace() > 0, end::toString);
    }
  }

  @ParameterizedTest
  @MethodSource("everyWayThroughEveryRing")
  void onEvent_listenerCloses_getsTheRestOfTheRing(Way way, RingKind ring)
      throws IOException, InterruptedException {
    AtomicReference<DropWatcher> itself = new AtomicReference<>();
    CountDownLatch sent = new CountDownLatch(1);
    DropWatcher watcher =
        way.listening(
                watcher(ring, 1 << 22),
                2 * DROPS,
                () -> {
                  awaitQuietly(sent);
                  heard.incrementAndGet();
                  itself.get().close();
                  assertThrows(IllegalStateException.class, () -> itself.get().awaitClose());
                })
            .start();
    itself.set(watcher);
    Loopback.sendUdp(port, DROPS);
    Eventually.until(() -> watcher.statistics().emitted() >= DROPS);
    sent.countDown();

    watcher.awaitClose();
    DropStatistics end = watcher.statistics();
    assertEquals(DROPS, end.delivered(), end::toString);
    assertEquals(DROPS, heard.get());
    assertEquals(0, errors.get());
    Loopback.sendUdp(port, 10);
    assertEquals(end, watcher.statistics());
    watcher.close();
    watcher.close();
  }

  private DropWatcherBuilder watcher(RingKind ring, int bytes) {
    return DropWatcher.builder()
        .filter("udp and dst port " + port)
        .ring(ring)
        .ringBytesPerCpu(bytes)
        .onError(_ -> errors.incrementAndGet());
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
