package io.dropwatch.internal.watch;

import io.dropwatch.internal.noise.NoiseFilter;
import io.dropwatch.internal.probe.DropTap;
import io.dropwatch.internal.probe.KernelCounts;
import io.dropwatch.internal.probe.RecordConsumer;
import io.dropwatch.internal.record.RecordDecoder;
import io.dropwatch.internal.record.WallClock;
import io.dropwatch.model.DropStatistics;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One attached probe, the thread that reads its ring, and the end of both.
 *
 * <p>The end has an order that makes the account exact: detach; wait until every drop seen has its
 * outcome counted; empty the ring; read the counters; free. The reader does all of it but the
 * first. If its listener never returns, whoever waits for the end fixes the account instead, and
 * the reader, should it come back, only frees.
 */
public final class Watch {
  /**
   * How long {@link #close} waits for programs that run while they are detached: microseconds do.
   */
  private static final Duration SETTLE = Duration.ofSeconds(1);

  /** How long the reader may take to notice that it is to end. */
  private static final Duration LONGEST_POLL = Duration.ofMillis(100);

  private final DropTap tap;
  private final String ring;
  private final WallClock clock;
  private final LongSupplier ownerFailures;
  private final Failures failures;
  private final Delivery delivery;
  private final RecordConsumer taking;
  private final Duration pollTimeout;
  private final Patience patience;
  private final Thread reader;
  private final CountDownLatch ended = new CountDownLatch(1);

  private volatile boolean closing;
  private volatile long closedAt;
  private volatile @Nullable Throwable failure;
  // Final once set, under the lock of the tap.
  private volatile @Nullable DropStatistics last;

  /**
   * @param tap attached; closed with this watch
   * @param ring in words, which ring the tap is read through
   * @param noise used by the reader only
   * @param ownerFailures how many events have no owner as their resolver failed, so far
   * @param maxLatency how long a record may lie in the ring before it is read
   * @param onError gets what the listener throws; null: it is logged
   */
  public Watch(
      DropTap tap,
      String ring,
      RecordDecoder decoder,
      WallClock clock,
      NoiseFilter noise,
      Listening listening,
      LongSupplier ownerFailures,
      @Nullable Consumer<Throwable> onError,
      Duration maxLatency) {
    this(
        tap,
        ring,
        decoder,
        clock,
        noise,
        listening,
        ownerFailures,
        Failures.ofListener(onError),
        maxLatency,
        Patience.DEFAULT);
  }

  Watch(
      DropTap tap,
      String ring,
      RecordDecoder decoder,
      WallClock clock,
      NoiseFilter noise,
      Listening listening,
      LongSupplier ownerFailures,
      Failures failures,
      Duration maxLatency,
      Patience patience) {
    this.tap = tap;
    this.ring = ring;
    this.clock = clock;
    this.ownerFailures = ownerFailures;
    this.failures = failures;
    this.patience = patience;
    this.delivery = new Delivery(decoder, clock, noise, listening, failures);
    this.taking = delivery::take;
    this.pollTimeout = maxLatency.compareTo(LONGEST_POLL) < 0 ? maxLatency : LONGEST_POLL;
    this.reader = Thread.ofPlatform().daemon().name("dropwatch-reader").unstarted(this::read);
  }

  /** Starts to read. */
  public void start() {
    delivery.start();
    reader.start();
  }

  /** The account so far; the last one once this has ended. */
  public DropStatistics statistics() {
    DropStatistics known = last;
    if (known != null) {
      return known;
    }
    synchronized (tap) {
      known = last;
      return known != null ? known : Account.running(tap.counts(), beside(), delivery.outcomes());
    }
  }

  private Account.Beside beside() {
    return new Account.Beside(tap.recursionMisses(), ownerFailures.getAsLong());
  }

  /** In words, which ring records come through. */
  public String ring() {
    return ring;
  }

  /** Whether the calling thread is one of this watch's, that may be calling the listener. */
  public boolean isReader() {
    Thread caller = Thread.currentThread();
    return caller == reader || caller == delivery.listenersThread();
  }

  /** What ended the reading early, or a listener that never returned; null if nothing did. */
  public @Nullable Throwable failure() {
    return failure;
  }

  /** Waits for the end; false if the time is over before it. */
  public boolean awaitEnd(Duration time) throws InterruptedException {
    long nanos = saturatedNanos(time);
    long start = System.nanoTime();
    while (true) {
      long left = nanos - (System.nanoTime() - start);
      // In short steps, as the close that a listener may never return from can come at any moment.
      if (ended.await(Math.min(left, LONGEST_POLL.toNanos()), TimeUnit.NANOSECONDS)) {
        return true;
      }
      if (left <= 0) {
        return false;
      }
      leaveBehindIfStuck();
    }
  }

  /**
   * Ends the watch. Returns when the account is final, except to the listener itself, whose return
   * the end has to wait for.
   */
  public void close() {
    detach();
    if (isReader()) {
      return;
    }
    boolean interrupted = false;
    while (true) {
      try {
        if (awaitEnd(Duration.ofSeconds(Long.MAX_VALUE))) {
          break;
        }
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void detach() {
    synchronized (tap) {
      if (closing) {
        return;
      }
      try {
        tap.detach();
      } finally {
        delivery.deliverFor(patience.deliver());
        closedAt = System.nanoTime();
        closing = true;
      }
    }
  }

  private void read() {
    try {
      while (!closing) {
        clock.refresh();
        delivery.refresh();
        tap.poll(pollTimeout, taking);
      }
    } catch (Throwable e) {
      failure = e;
    } finally {
      end();
    }
  }

  private void end() {
    try {
      detach();
      KernelCounts counts = settledCounts();
      while (delivery.taken() < counts.emitted() && failure == null) {
        long before = delivery.taken();
        tap.drain(taking);
        if (delivery.taken() == before) {
          break;
        }
      }
      delivery.end();
      finish(counts);
      awaitListener();
    } catch (Throwable e) {
      failure = failure == null ? e : failure;
    } finally {
      failures.end();
      synchronized (tap) {
        if (last == null) {
          last = DropStatistics.NONE;
        }
        tap.close();
      }
      ended.countDown();
    }
  }

  private void finish(KernelCounts counts) {
    synchronized (tap) {
      if (last == null) {
        last = Account.closed(counts, beside(), delivery.outcomes());
      }
    }
  }

  // Of the queue's: the account is final, but what the listener does with its last event counts
  // too.
  private void awaitListener() throws InterruptedException {
    Thread listener = delivery.listenersThread();
    if (listener == null || listener.join(untilInterrupt())) {
      return;
    }
    listener.interrupt();
    if (!listener.join(patience.interrupted())) {
      leftBehind(StuckListenerException.in(listener, patience.listener()));
    }
  }

  private Duration untilInterrupt() {
    Duration passed = Duration.ofNanos(System.nanoTime() - closedAt);
    return patience.listener().minus(passed);
  }

  // By whoever waits for the end: the reader itself may be what does not return.
  private void leaveBehindIfStuck() throws InterruptedException {
    if (!closing || !untilInterrupt().isNegative() || isFinal()) {
      return;
    }
    reader.interrupt();
    if (ended.await(patience.interrupted().toNanos(), TimeUnit.NANOSECONDS) || isFinal()) {
      return;
    }
    StuckListenerException stuck = StuckListenerException.in(reader, patience.listener());
    synchronized (tap) {
      if (last != null) {
        return;
      }
      delivery.abandon();
      last = Account.closed(tap.counts(), beside(), delivery.outcomes());
      tap.abandon();
    }
    leftBehind(stuck);
    ended.countDown();
  }

  private boolean isFinal() {
    return last != null;
  }

  private void leftBehind(StuckListenerException stuck) {
    failure = failure == null ? stuck : failure;
    failures.reportStuck(stuck);
  }

  // Nothing new begins once the probe is detached. Two equal looks with nothing undecided: done.
  private KernelCounts settledCounts() {
    long until = System.nanoTime() + SETTLE.toNanos();
    KernelCounts before = tap.counts();
    while (true) {
      LockSupport.parkNanos(1_000_000);
      KernelCounts now = tap.counts();
      if ((now.equals(before) && now.seen() == now.decided()) || System.nanoTime() - until > 0) {
        return now;
      }
      before = now;
    }
  }

  private static long saturatedNanos(Duration time) {
    try {
      return time.toNanos();
    } catch (ArithmeticException _) {
      return time.isNegative() ? 0 : Long.MAX_VALUE;
    }
  }
}
