package io.dropwatch.internal.watch;

import io.dropwatch.internal.probe.KernelCounts;
import io.dropwatch.internal.probe.ProbeHandle;
import io.dropwatch.internal.probe.ProbeHandle.RecordConsumer;
import io.dropwatch.internal.record.WallClock;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.ProbeInfo;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One attached probe, the thread that reads its ring, and the end of both.
 *
 * <p>The end has an order that makes the account exact: detach; wait until every drop seen has its
 * outcome counted; empty the ring; read the counters; free. The reader does all of it but the
 * first. If its listener never returns, the thread that waits for the end fixes the account
 * instead, and the reader, should it come back, only frees.
 */
public final class Watch {
  /**
   * How long {@link #close} waits for programs that run while they are detached, which takes them
   * microseconds.
   */
  private static final Duration SETTLE = Duration.ofSeconds(1);

  /** How long the reader may take to notice that it is to end. */
  private static final Duration MAX_POLL = Duration.ofMillis(100);

  /** How long an event whose owner was found may go on waiting. */
  private static final Duration HOLDING_POLL = Duration.ofMillis(1);

  private final ProbeHandle tap;
  private final ProbeInfo info;
  private final WallClock clock;
  private final Failures failures;
  private final Delivery delivery;
  private final RecordConsumer records;
  private final Duration pollTimeout;
  private final Ending ending;
  private final Thread reader;
  private final CountDownLatch ended = new CountDownLatch(1);

  private volatile @Nullable Throwable failure;
  // Final once set, under the lock of the tap.
  private volatile @Nullable DropStatistics last;

  /**
   * @param tap attached; closed with this watch
   * @param maxLatency how long a record may wait in the ring; the reader polls every 100 ms at the
   *     latest
   */
  Watch(
      ProbeHandle tap,
      ProbeInfo info,
      WallClock clock,
      Delivery delivery,
      Failures failures,
      Duration maxLatency,
      Ending ending) {
    this.tap = tap;
    this.info = info;
    this.clock = clock;
    this.delivery = delivery;
    this.failures = failures;
    this.ending = ending;
    this.records = delivery::deliver;
    this.pollTimeout = maxLatency.compareTo(MAX_POLL) < 0 ? maxLatency : MAX_POLL;
    this.reader = Thread.ofPlatform().daemon().name("dropwatch-reader").unstarted(this::read);
  }

  /** Starts to read. */
  void start() {
    delivery.start();
    reader.start();
  }

  /** Returns the account so far; the final one once this has ended. */
  public DropStatistics statistics() {
    DropStatistics known = last;
    if (known != null) {
      return known;
    }
    synchronized (tap) {
      known = last;
      return known != null
          ? known
          : Account.running(tap.counts(), auxiliary(), delivery.outcomes());
    }
  }

  private Account.AuxiliaryCounters auxiliary() {
    return new Account.AuxiliaryCounters(tap.recursionMisses(), delivery.ownerFailures());
  }

  /** Returns how events come from the kernel. */
  public ProbeInfo info() {
    return info;
  }

  /**
   * Returns whether the calling thread is one of this watch's, that may be calling the listener.
   */
  public boolean isReader() {
    Thread caller = Thread.currentThread();
    return caller == reader
        || caller == delivery.listenersThread()
        || caller == delivery.resolversThread();
  }

  /**
   * Returns what ended the reading early, or a listener that never returned; null if nothing did.
   */
  public @Nullable Throwable failure() {
    return failure;
  }

  /** Waits for the end; false if the time is over before it. */
  public boolean awaitEnd(Duration time) throws InterruptedException {
    long nanos = TimeUnit.NANOSECONDS.convert(time);
    long start = System.nanoTime();
    while (true) {
      long left = nanos - (System.nanoTime() - start);
      // In short steps: the close of a listener that never returns can come at any moment.
      if (ended.await(Math.min(left, MAX_POLL.toNanos()), TimeUnit.NANOSECONDS)) {
        return true;
      }
      if (left <= 0) {
        return false;
      }
      leaveReaderBehindIfStuck();
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
      if (ending.hasBegun()) {
        return;
      }
      try {
        tap.detach();
      } finally {
        ending.begin();
      }
    }
  }

  private void read() {
    try {
      while (!ending.hasBegun()) {
        clock.refresh();
        delivery.refresh();
        tap.poll(delivery.isHolding() ? HOLDING_POLL : pollTimeout, records);
        delivery.passReady();
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
        tap.drain(records);
        if (delivery.taken() == before) {
          break;
        }
      }
      delivery.end();
      finish(counts);
      // The account is final, but what the listener of the queue does with its last event counts.
      awaitReturn(delivery.listenersThread(), "listener");
      awaitReturn(delivery.resolversThread(), "owner resolver");
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

  private void awaitReturn(@Nullable Thread thread, String callback) throws InterruptedException {
    StuckListenerException stuck = thread == null ? null : ending.awaitReturn(thread, callback);
    if (stuck != null) {
      report(stuck);
    }
  }

  private void finish(KernelCounts counts) {
    synchronized (tap) {
      if (last == null) {
        last = Account.closed(counts, auxiliary(), delivery.outcomes());
      }
    }
  }

  // On a thread that waits for the end: the reader itself is what does not return.
  private void leaveReaderBehindIfStuck() throws InterruptedException {
    if (last != null || !ending.isListenerLate()) {
      return;
    }
    StuckListenerException stuck = ending.awaitReturn(reader, "listener");
    if (stuck == null) {
      return;
    }
    synchronized (tap) {
      if (last != null) {
        return;
      }
      ending.makeCountsFinal();
      last = Account.closed(tap.counts(), auxiliary(), delivery.outcomes());
      tap.abandon();
    }
    report(stuck);
    ended.countDown();
  }

  private void report(StuckListenerException stuck) {
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
}
