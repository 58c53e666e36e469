package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dropwatch.DropWatcher;
import io.dropwatch.DropWatcherBuilder;
import io.dropwatch.examples.testbed.ClosedPort;
import io.dropwatch.examples.testbed.LinuxCalls;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.RawDropEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The rate limit while one CPU floods and a slow one has fewer drops, but more than its share:
 * neither gets more than half. Compares the kernel's timestamps; a watcher without a limit tells
 * when the slow CPU dropped packets. Needs root.
 */
@Timeout(90)
class FairLimitIT {
  private static final int LIMIT = 500;
  private static final long SECOND = 1_000_000_000L;

  /** How long the slow CPU has to exceed its share without a pause. */
  private static final long STEADY = 3 * SECOND;

  /** The time after which the limiter knows the demand of a CPU. */
  private static final long KNOWN = 1_200_000_000L;

  private static final long STEP = 100_000_000L;
  private static final int WANTED_IN_STEP = LIMIT / 10;

  private final AtomicLong sent = new AtomicLong();
  private final AtomicBoolean over = new AtomicBoolean();

  @Test
  void maxEventsPerSecond_floodOnOneCpu_leavesTheOtherItsShare()
      throws IOException, InterruptedException {
    assumeTrue(Runtime.getRuntime().availableProcessors() >= 2, "one CPU only: nothing competes");
    Times flooding = new Times(100 * LIMIT);
    Times slow = new Times(100 * LIMIT);
    Times wanted = new Times(1_000_000);
    DropStatistics end;
    try (ClosedPort first = ClosedPort.open();
        ClosedPort second = ClosedPort.open()) {
      DropWatcher limited =
          watcher(first, second)
              .maxEventsPerSecond(LIMIT)
              .onRawEvent(event -> (portOf(event) == first.number() ? flooding : slow).add(event))
              .start();
      DropWatcher unlimited = watcher(second).onRawEvent(wanted::add).start();
      try (limited;
          unlimited) {
        Thread[] senders = {sender(0, first, 0), sender(1, second, 20)};
        long start = System.nanoTime();
        while (wanted.last() - wanted.steadySince() < STEADY) {
          assertTrue(System.nanoTime() - start < 60 * SECOND, "the slow CPU does not get to send");
          LockSupport.parkNanos(STEP);
        }
        over.set(true);
        for (Thread sender : senders) {
          sender.join();
        }
        Await.until(() -> limited.statistics().seen() >= sent.get());
      }
      end = limited.statistics();
    }
    assertEquals(sent.get(), end.delivered() + end.limited(), end::toString);
    assertEquals(flooding.count() + slow.count(), end.delivered(), end::toString);

    long since = wanted.steadySince() + KNOWN;
    assertTrue(wanted.last() - since >= SECOND, "the slow CPU paused at the end");
    int flooded = flooding.maxInASecond(since, wanted.last());
    assertTrue(flooded <= LIMIT / 2, () -> flooded + " of the flood in a second; " + end);
    int delivered = slow.in(wanted.last() - SECOND - STEP, wanted.last());
    assertTrue(
        delivered >= LIMIT / 2 - 10, () -> delivered + " of the slow CPU in a second; " + end);
  }

  private static DropWatcherBuilder watcher(ClosedPort... ports) {
    return DropWatcher.builder()
        .filter(
            Arrays.stream(ports)
                .map(port -> "udp dst port " + port.number())
                .collect(Collectors.joining(" or ")))
        .stackDepth(0)
        .maxLatency(Duration.ofMillis(5));
  }

  private static int portOf(RawDropEvent event) {
    return event.packetByte(14 + 20 + 2) << 8 | event.packetByte(14 + 20 + 3);
  }

  /** Sends bursts of 40 packets on a CPU, which drops them as well. */
  private Thread sender(int cpu, ClosedPort port, int pauseMillis) {
    return Thread.ofPlatform()
        .start(
            () -> {
              LinuxCalls.bindThreadToCpu(cpu);
              try {
                while (!over.get()) {
                  port.send(15, 40);
                  sent.addAndGet(40);
                  if (pauseMillis > 0) {
                    LockSupport.parkNanos(pauseMillis * 1_000_000L);
                  }
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  /** Times of the drops of one port, which one CPU drops, ascending. */
  private static final class Times {
    private final long[] at;
    private volatile int count;

    Times(int capacity) {
      at = new long[capacity];
    }

    void add(RawDropEvent event) {
      int next = count;
      if (next < at.length) {
        at[next] = event.monotonicNanos();
        count = next + 1;
      }
    }

    int count() {
      return count;
    }

    long last() {
      int known = count;
      return known == 0 ? 0 : at[known - 1];
    }

    /** Returns the start of the last period in which each step has enough drops. */
    long steadySince() {
      long end = last();
      while (end != 0 && in(end - STEP, end) >= WANTED_IN_STEP) {
        end -= STEP;
      }
      return end;
    }

    /** Counts the drops in the interval (after, until]. */
    int in(long after, long until) {
      return indexAfter(until) - indexAfter(after);
    }

    private int indexAfter(long time) {
      int index = Arrays.binarySearch(at, 0, count, time + 1);
      return index < 0 ? -index - 1 : index;
    }

    /** Returns the maximum in any second that ends between two times. */
    int maxInASecond(long since, long until) {
      int max = 0;
      for (int i = 0; i < count; i++) {
        if (at[i] >= since && at[i] <= until) {
          max = Math.max(max, in(at[i] - SECOND, at[i]));
        }
      }
      return max;
    }
  }
}
