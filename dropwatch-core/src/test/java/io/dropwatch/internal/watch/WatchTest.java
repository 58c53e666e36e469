package io.dropwatch.internal.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropEvent;
import io.dropwatch.internal.noise.NoiseFilter;
import io.dropwatch.internal.owner.NoOwners;
import io.dropwatch.internal.record.MalformedRecordException;
import io.dropwatch.internal.record.RecordDecoder;
import io.dropwatch.internal.record.WallClock;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.Overflow;
import io.dropwatch.model.ProbeInfo;
import io.dropwatch.model.RingKind;
import io.dropwatch.model.StackFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WatchTest {
  private final FakeProbe tap = new FakeProbe();
  private final List<Throwable> errors = new ArrayList<>();
  private final AtomicInteger heard = new AtomicInteger();

  @Test
  void close_recordsInRing_deliversThemAndBalances() {
    Watch watch = start(_ -> heard.incrementAndGet());
    tap.drop(1000);
    tap.ringFull();
    watch.close();

    assertEquals(1000, heard.get());
    assertEquals(
        DropStatistics.builder()
            .seen(1007)
            .excluded(1)
            .filtered(2)
            .limited(3)
            .lostNoSpace(1)
            .delivered(1000)
            .recursionMisses(FakeProbe.MISSES)
            .build(),
        watch.statistics());
    assertTrue(tap.closed);
  }

  @Test
  void close_recordMissing_countsLostInRing() {
    Watch watch = start(_ -> heard.incrementAndGet());
    tap.drop(5);
    tap.vanish();
    watch.close();

    assertEquals(1, watch.statistics().lostInRing());
    assertEquals(5, watch.statistics().delivered());
  }

  @Test
  void read_malformedRecord_reportsAndContinues() {
    Watch watch = start(_ -> heard.incrementAndGet());
    tap.malformed();
    tap.drop(1);
    watch.close();

    assertEquals(1, heard.get());
    assertEquals(1, watch.statistics().lostInRing());
    assertInstanceOf(MalformedRecordException.class, errors.getFirst());
  }

  @Test
  void deliver_listenerThrows_getsTheNextEvent() {
    Watch watch =
        start(
            _ -> {
              heard.incrementAndGet();
              throw new IllegalStateException("listener");
            });
    tap.drop(3);
    watch.close();

    assertEquals(3, heard.get());
    assertEquals(3, errors.size());
    assertEquals(3, watch.statistics().delivered());
  }

  @Test
  void deliver_listenerAndHandlerThrowErrors_continues() {
    Watch watch =
        start(
            _ -> {
              heard.incrementAndGet();
              throw new StackOverflowError();
            },
            _ -> {
              throw new AssertionError("handler");
            });
    tap.drop(3);
    watch.close();

    assertEquals(3, heard.get());
  }

  @Test
  void deliver_listenerInterruptsItsThread_continues() {
    Watch watch =
        start(
            _ -> {
              heard.incrementAndGet();
              Thread.currentThread().interrupt();
            });
    tap.drop(3);
    watch.close();

    assertEquals(3, heard.get());
    assertEquals(0, errors.size());
  }

  @Test
  void close_byListener_ends() throws InterruptedException {
    AtomicReference<Watch> itself = new AtomicReference<>();
    CountDownLatch known = new CountDownLatch(1);
    Watch watch =
        start(
            _ -> {
              heard.incrementAndGet();
              await(known);
              itself.get().close();
              assertTrue(tap.isDetached(), "close from the listener detaches at once");
            });
    itself.set(watch);
    tap.drop(5);
    known.countDown();

    assertTrue(watch.awaitEnd(Duration.ofSeconds(20)));
    assertEquals(5, heard.get());
    assertEquals(0, errors.size());
    assertEquals(5, watch.statistics().delivered());
  }

  @Test
  void close_manyThreads_closesOnce() throws InterruptedException {
    Watch watch = start(_ -> heard.incrementAndGet());
    tap.drop(10);
    List<Thread> closers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      closers.add(Thread.ofPlatform().start(watch::close));
    }
    for (Thread closer : closers) {
      closer.join();
    }
    watch.close();

    assertEquals(10, watch.statistics().delivered());
  }

  @Test
  void close_interruptedCaller_keepsTheInterrupt() {
    Watch watch = start(_ -> heard.incrementAndGet());
    Thread.currentThread().interrupt();
    watch.close();

    assertTrue(Thread.interrupted());
    assertNotNull(watch.statistics());
    assertTrue(tap.closed);
  }

  @Test
  void statistics_whileRunning_balance() throws InterruptedException {
    CountDownLatch first = new CountDownLatch(1);
    Watch watch = start(_ -> first.countDown());
    tap.drop(1);
    first.await();

    assertEquals(1, watch.statistics().delivered());
    assertFalse(watch.awaitEnd(Duration.ZERO));
    watch.close();
  }

  @Test
  void deliver_rawListener_seesTheRecord() {
    List<Long> lengths = new ArrayList<>();
    Watch watch =
        start(
            new DeliveryMode.Raw(
                raw -> {
                  lengths.add(raw.wireLength());
                  throw new IllegalStateException("listener");
                }),
            errors::add);
    tap.drop(2);
    tap.malformed();
    watch.close();

    assertEquals(List.of(0L, 0L), lengths);
    assertEquals(3, errors.size());
    assertEquals(2, watch.statistics().delivered());
    assertEquals(1, watch.statistics().lostInRing());
  }

  @Test
  void queue_largeEnough_deliversAll() throws InterruptedException {
    for (Overflow policy : Overflow.values()) {
      FakeProbe one = new FakeProbe();
      AtomicInteger calls = new AtomicInteger();
      Watch watch = queued(one, 2, policy, _ -> calls.incrementAndGet());
      one.drop(1);
      while (watch.statistics().delivered() < 1) {
        Thread.sleep(1);
      }
      watch.close();
      assertEquals(1, calls.get());
      assertEquals(0, watch.statistics().queueOverflow());
    }
  }

  @Test
  void queue_full_countsOverflow() {
    for (Overflow policy : List.of(Overflow.DROP_NEWEST, Overflow.DROP_OLDEST)) {
      FakeProbe one = new FakeProbe();
      CountDownLatch over = new CountDownLatch(1);
      AtomicInteger calls = new AtomicInteger();
      Watch watch =
          queued(
              one,
              10,
              policy,
              _ -> {
                await(over);
                calls.incrementAndGet();
              });
      one.drop(1000);
      while (watch.statistics().queueOverflow() < 989) {
        Thread.onSpinWait();
      }
      over.countDown();
      watch.close();
      DropStatistics statistics = watch.statistics();
      assertEquals(1000, statistics.emitted(), statistics::toString);
      assertEquals(calls.get(), statistics.delivered(), statistics::toString);
      assertEquals(1000 - calls.get(), statistics.queueOverflow(), statistics::toString);
    }
  }

  @Test
  void queue_blocking_losesNothing() {
    FakeProbe one = new FakeProbe();
    AtomicInteger calls = new AtomicInteger();
    Watch watch = queued(one, 1, Overflow.BLOCK, _ -> calls.incrementAndGet());
    one.drop(1000);
    watch.close();
    assertEquals(1000, calls.get());
    assertEquals(1000, watch.statistics().delivered());
  }

  private Watch queued(
      FakeProbe from, int capacity, Overflow policy, Consumer<DropEvent> listener) {
    DeliveryMode.Queue queue = new DeliveryMode.Queue(capacity, policy);
    return start(from, new DeliveryMode.Events(listener, queue), errors::add);
  }

  private Watch start(Consumer<DropEvent> listener) {
    return start(listener, errors::add);
  }

  private Watch start(Consumer<DropEvent> listener, Consumer<Throwable> onError) {
    return start(new DeliveryMode.Events(listener, null), onError);
  }

  private Watch start(DeliveryMode mode, Consumer<Throwable> onError) {
    return start(tap, mode, onError);
  }

  private static Watch start(FakeProbe from, DeliveryMode mode, Consumer<Throwable> onError) {
    WallClock clock = new WallClock();
    Failures failures = Failures.ofListener(onError);
    Ending ending = new Ending(CloseTimeouts.DEFAULT);
    RecordDecoder decoder =
        new RecordDecoder(clock, DropReason::unnamed, time -> StackFrame::unknown, 127);
    OwnerStage owners = new OwnerStage(NoOwners.INSTANCE, failures);
    Watch watch =
        new Watch(
            from,
            ProbeInfo.of(RingKind.BPF, 4096, false, null),
            clock,
            new Delivery(decoder, clock, NoiseFilter.NONE, owners, mode, failures, ending),
            failures,
            Duration.ofMillis(20),
            ending);
    watch.start();
    return watch;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
