package io.dropwatch.internal.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropEvent;
import io.dropwatch.internal.noise.NoiseFilter;
import io.dropwatch.internal.owner.NoOwners;
import io.dropwatch.internal.owner.OwnerLookup;
import io.dropwatch.internal.owner.ResolverThread;
import io.dropwatch.internal.record.RecordDecoder;
import io.dropwatch.internal.record.WallClock;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.Overflow;
import io.dropwatch.model.Owner;
import io.dropwatch.model.ProbeInfo;
import io.dropwatch.model.RingKind;
import io.dropwatch.model.StackFrame;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Listeners that do not return: the end comes all the same, with a balance and a cause. */
@Timeout(30)
class StuckListenerTest {
  private static final CloseTimeouts SHORT =
      new CloseTimeouts(Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofMillis(100));

  /** Events wait up to 100 ms for their owner, and are delivered then. */
  private static final CloseTimeouts LONGER_THAN_OWNERS =
      new CloseTimeouts(Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofMillis(100));

  private CloseTimeouts timeouts = SHORT;
  private final FakeProbe tap = new FakeProbe();
  private final List<Throwable> errors = new CopyOnWriteArrayList<>();
  private final AtomicInteger heard = new AtomicInteger();
  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch never = new CountDownLatch(1);

  @Test
  void close_stuckListener_returnsWithAccountAndCause() throws InterruptedException {
    Watch watch = start(new DeliveryMode.Events(this::blockDeafly, null), NoOwners.INSTANCE);
    tap.drop(100);
    entered.await();
    watch.close();

    DropStatistics end = watch.statistics();
    assertBalanced(end, 1, 99);
    assertTrue(tap.abandoned && !tap.closed, "the reader still holds the ring");
    StuckListenerException stuck = assertInstanceOf(StuckListenerException.class, watch.failure());
    assertEquals(List.of(stuck), errors);
    String message = String.valueOf(stuck.getMessage());
    assertTrue(message.contains("thread dropwatch-reader"), message);
    assertTrue(message.contains("StuckListenerTest.awaitDeafly(StuckListenerTest.java:"), message);
    assertTrue(
        List.of(stuck.getStackTrace()).stream()
            .anyMatch(frame -> frame.getMethodName().equals("blockDeafly")));

    // It comes back after all: nothing is delivered any more, and the rest is freed.
    never.countDown();
    while (!tap.closed) {
      Thread.sleep(1);
    }
    assertEquals(1, heard.get());
    assertEquals(end, watch.statistics());
  }

  @Test
  void close_stuckListenerOfQueue_leavesItBehind() throws InterruptedException {
    // Of the policies the one in which the reader waits too.
    DeliveryMode.Queue queue = new DeliveryMode.Queue(10, Overflow.BLOCK);
    Watch watch = start(new DeliveryMode.Events(this::blockDeafly, queue), NoOwners.INSTANCE);
    tap.drop(100);
    entered.await();
    watch.close();

    DropStatistics end = watch.statistics();
    assertEquals(1, end.delivered(), end::toString);
    assertEquals(99, end.queueOverflow() + end.lostInRing(), end::toString);
    assertEquals(0, end.inFlight(), end::toString);
    assertTrue(tap.closed, "the queue's thread holds nothing of the ring");
    StuckListenerException stuck = assertInstanceOf(StuckListenerException.class, watch.failure());
    assertTrue(String.valueOf(stuck.getMessage()).contains("thread dropwatch-listener"));
    never.countDown();
  }

  @Test
  void close_rawListenerClosesThenBlocks_ends() throws InterruptedException {
    Watch[] itself = new Watch[1];
    CountDownLatch known = new CountDownLatch(1);
    itself[0] =
        start(
            new DeliveryMode.Raw(
                _ -> {
                  awaitDeafly(known);
                  itself[0].close();
                  blockDeafly(null);
                }),
            NoOwners.INSTANCE);
    tap.drop(3);
    known.countDown();

    assertTrue(itself[0].awaitEnd(Duration.ofSeconds(20)), "who only waits learns of it too");
    assertBalanced(itself[0].statistics(), 1, 2);
    never.countDown();
  }

  @Test
  void close_listenerReturnsOnInterrupt_isNotStuck() throws InterruptedException {
    Watch watch =
        start(
            new DeliveryMode.Events(
                _ -> {
                  heard.incrementAndGet();
                  entered.countDown();
                  try {
                    never.await();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException("interrupted", e);
                  }
                },
                null),
            NoOwners.INSTANCE);
    tap.drop(3);
    entered.await();
    watch.close();

    assertBalanced(watch.statistics(), 1, 2);
    assertTrue(tap.closed);
    assertNull(watch.failure());
    assertEquals(1, errors.size());
    assertInstanceOf(IllegalStateException.class, errors.getFirst());
  }

  @Test
  void close_stuckErrorHandler_isNamedByTheCause() throws InterruptedException {
    Watch watch =
        start(
            new DeliveryMode.Events(
                _ -> {
                  throw new IllegalStateException("listener");
                },
                null),
            NoOwners.INSTANCE,
            _ -> blockDeafly(null));
    tap.drop(2);
    entered.await();
    watch.close();

    assertBalanced(watch.statistics(), 1, 1);
    assertInstanceOf(StuckListenerException.class, watch.failure());
    never.countDown();
  }

  @Test
  void close_stuckOwnerResolver_deliversEventsWithoutOwner() throws InterruptedException {
    timeouts = LONGER_THAN_OWNERS;
    List<Owner> owners = new CopyOnWriteArrayList<>();
    ResolverThread resolver =
        new ResolverThread(
            _ -> {
              blockDeafly(null);
              return Owner.UNKNOWN;
            });
    Watch watch =
        start(new DeliveryMode.Events(event -> owners.add(event.owner()), null), resolver);
    tap.drop(2);
    entered.await();
    watch.close();

    assertBalanced(watch.statistics(), 2, 0);
    assertEquals(List.of(Owner.UNKNOWN, Owner.UNKNOWN), owners);
    StuckListenerException stuck = assertInstanceOf(StuckListenerException.class, watch.failure());
    String message = String.valueOf(stuck.getMessage());
    assertTrue(message.startsWith("the owner resolver did not return"), message);
    assertTrue(tap.closed, "the resolver's thread holds nothing of the ring");
    never.countDown();
  }

  @Test
  void close_manyThreadsStuckListener_oneEnd() throws InterruptedException {
    Watch watch = start(new DeliveryMode.Events(this::blockDeafly, null), NoOwners.INSTANCE);
    tap.drop(10);
    entered.await();
    List<Thread> closers =
        Stream.generate(() -> Thread.ofPlatform().start(watch::close)).limit(4).toList();
    for (Thread closer : closers) {
      closer.join();
    }
    assertBalanced(watch.statistics(), 1, 9);
    assertEquals(1, errors.size());
    assertFalse(tap.closed);
    never.countDown();
  }

  private static void assertBalanced(DropStatistics end, long delivered, long lostInRing) {
    assertEquals(delivered, end.delivered(), end::toString);
    assertEquals(lostInRing, end.lostInRing(), end::toString);
    assertEquals(0, end.inFlight(), end::toString);
  }

  private void blockDeafly(@Nullable DropEvent event) {
    heard.incrementAndGet();
    entered.countDown();
    awaitDeafly(never);
  }

  private static void awaitDeafly(CountDownLatch latch) {
    while (true) {
      try {
        latch.await();
        return;
      } catch (InterruptedException _) {
        // Deaf.
      }
    }
  }

  private Watch start(DeliveryMode mode, OwnerLookup owners) {
    return start(mode, owners, errors::add);
  }

  private Watch start(DeliveryMode mode, OwnerLookup owners, Consumer<Throwable> onError) {
    WallClock clock = new WallClock();
    Failures failures = Failures.ofListener(onError);
    Ending ending = new Ending(timeouts);
    RecordDecoder decoder =
        new RecordDecoder(clock, DropReason::unnamed, time -> StackFrame::unknown, 127);
    Watch watch =
        new Watch(
            tap,
            ProbeInfo.of(RingKind.BPF, 4096, false, null),
            clock,
            new Delivery(
                decoder,
                clock,
                NoiseFilter.NONE,
                new OwnerStage(owners, failures),
                mode,
                failures,
                ending),
            failures,
            Duration.ofMillis(20),
            ending);
    watch.start();
    return watch;
  }
}
