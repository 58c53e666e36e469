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
 * The rate limit while one CPU floods and another has few drops, though more than its share: as
 * long as it has, neither gets more than half. By the kernel's own times; when the few were dropped
 * tells a watcher without a limit. Needs root.
 */
@Timeout(90)
class FairLimitIT {
  private static final int LIMIT = 500;
  private static final long SECOND = 1_000_000_000L;

  /** For so long the slow CPU has to want its share without a break. */
  private static final long STEADY = 3 * SECOND;

  /** After so long what it wants is known. */
  private static final long KNOWN = 1_200_000_000L;

  private static final long STEP = 100_000_000L;
  private static final int WANTED_IN_STEP = LIMIT / 10;

  private final AtomicLong sent = new AtomicLong();
  private final AtomicBoolean over = new AtomicBoolean();

  @Test
  void aFloodLeavesTheOtherCpuItsShare() throws IOException, InterruptedException {
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
    int flooded = flooding.mostInASecond(since, wanted.last());
    assertTrue(flooded <= LIMIT / 2, () -> flooded + " of the flood in a second; " + end);
    int told = slow.in(wanted.last() - SECOND - STEP, wanted.last());
    assertTrue(told >= LIMIT / 2 - 10, () -> told + " of the slow CPU in a second; " + end);
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

  /** Sends 40 packets at a time from a CPU, where they are dropped too. */
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

  /** When packets of one port, which one CPU drops, were dropped: in ascending order. */
  private static final class Times {
    private final long[] at;
    private volatile int count;

    Times(int most) {
      at = new long[most];
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

    /** Since when there are enough in each step before the last. */
    long steadySince() {
      long end = last();
      while (end != 0 && in(end - STEP, end) >= WANTED_IN_STEP) {
        end -= STEP;
      }
      return end;
    }

    /** How many there are after the one time and not after the other. */
    int in(long after, long until) {
      return indexAfter(until) - indexAfter(after);
    }

    private int indexAfter(long time) {
      int index = Arrays.binarySearch(at, 0, count, time + 1);
      return index < 0 ? -index - 1 : index;
    }

    /** The most in any second that ends in a span of time. */
    int mostInASecond(long since, long until) {
      int most = 0;
      for (int i = 0; i < count; i++) {
        if (at[i] >= since && at[i] <= until) {
          most = Math.max(most, in(at[i] - SECOND, at[i]));
        }
      }
      return most;
    }
  }
}
