package io.dropwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.HostileListenerLiveTest.Way;
import io.dropwatch.internal.probe.Eventually;
import io.dropwatch.internal.probe.HeldByKernel;
import io.dropwatch.internal.watch.StuckListenerException;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.FailureCode;
import io.dropwatch.model.RingKind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Listeners that never return, of each way of listening through each ring, all at once, since the
 * end waits eleven seconds for such: real drops, and the end as users get it. Needs root.
 */
@Timeout(90)
@Tag("live")
class BlockedListenerLiveTest {
  private static final int DROPS = 300;

  private final int port;
  private final CountDownLatch never = new CountDownLatch(1);
  private final CountDownLatch called = new CountDownLatch(2 * 2 * Way.values().length);

  BlockedListenerLiveTest() throws IOException {
    port = Loopback.closedPort();
  }

  /** A watcher whose listener is in its first event. */
  private final class Blocked {
    final String name;
    final boolean deaf;
    final Way way;
    final DropWatcher watcher;
    final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();

    Blocked(Way way, RingKind ring, boolean deaf) {
      this.name = way + " through " + ring + (deaf ? ", deaf" : "");
      this.way = way;
      this.deaf = deaf;
      this.watcher =
          way.listening(
                  DropWatcher.builder()
                      .filter("udp and dst port " + port)
                      .ring(ring)
                      .ringBytesPerCpu(1 << 16)
                      .onError(errors::add),
                  8,
                  this::block)
              .start();
    }

    private void block() {
      called.countDown();
      boolean interrupted;
      do {
        try {
          never.await();
          interrupted = false;
        } catch (InterruptedException _) {
          interrupted = true;
        }
      } while (interrupted && deaf);
    }

    void assertEnded() throws InterruptedException {
      DropStatistics end = watcher.statistics();
      String told = name + ": " + end;
      assertEquals(DROPS, end.emitted() + end.lost(), told);
      assertEquals(1, end.delivered(), told);
      assertEquals(0, end.inFlight(), told);
      assertEquals(end.lost(), end.lostNoSpace(), told);
      if (way.hasQueue()) {
        assertTrue(end.queueOverflow() > 0, told);
      } else {
        assertEquals(end.emitted() - 1, end.lostInRing(), told);
      }
      if (deaf) {
        DropWatchException left = assertThrows(DropWatchException.class, watcher::awaitClose, told);
        assertEquals(FailureCode.LISTENER_STUCK, left.code(), told);
        assertTrue(
            Objects.requireNonNull(left.getMessage())
                .matches(
                    "the listener did not return within 10.0 s of close\\(\\), nor when its thread"
                        + " dropwatch-(reader|listener) was interrupted; it is at .*"
                        + "BlockedListenerLiveTest.*; make the listener return; the account is"
                        + " final, and its thread still runs"),
            left.getMessage());
        Throwable cause = left.getCause();
        assertInstanceOf(StuckListenerException.class, cause, told);
        assertNotNull(cause);
        assertTrue(
            Arrays.stream(cause.getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals("block")),
            told);
        assertEquals(List.of(cause), List.copyOf(errors), told);
      } else {
        assertTrue(watcher.awaitClose(Duration.ZERO), told);
        assertEquals(List.of(), List.copyOf(errors), told);
      }
    }
  }

  @Test
  void close_blockedListener_endsWithBalancedAccount() throws Exception {
    List<Blocked> all = new ArrayList<>();
    for (Way way : Way.values()) {
      for (RingKind ring : List.of(RingKind.PERF, RingKind.BPF)) {
        all.add(new Blocked(way, ring, true));
        all.add(new Blocked(way, ring, false));
      }
    }
    Loopback.sendUdp(port, DROPS);
    called.await();
    for (Blocked each : all) {
      DropWatcher watcher = each.watcher;
      // What is so before the end: the account can be read, and the drops are not held up.
      Eventually.until(() -> watcher.statistics().emitted() + watcher.statistics().lost() == DROPS);
      assertFalse(watcher.awaitClose(Duration.ZERO));
    }
    List<Thread> closers =
        all.stream().map(each -> Thread.ofPlatform().start(each.watcher::close)).toList();
    for (Thread closer : closers) {
      closer.join();
    }
    for (Blocked each : all) {
      each.assertEnded();
    }
    assertEquals(0, HeldByKernel.now().getOrDefault("anon_inode:bpf-prog", 0));

    List<DropStatistics> ends = all.stream().map(each -> each.watcher.statistics()).toList();
    never.countDown();
    Eventually.until(() -> HeldByKernel.now().equals(Map.of()));
    assertEquals(ends, all.stream().map(each -> each.watcher.statistics()).toList());
  }
}
