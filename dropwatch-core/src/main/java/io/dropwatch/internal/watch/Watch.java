package io.dropwatch.internal.watch;

import io.dropwatch.DropEvent;
import io.dropwatch.DropStatistics;
import io.dropwatch.internal.noise.NoiseFilter;
import io.dropwatch.internal.probe.DropTap;
import io.dropwatch.internal.probe.KernelCounts;
import io.dropwatch.internal.probe.RecordConsumer;
import io.dropwatch.internal.record.MalformedRecordException;
import io.dropwatch.internal.record.RecordDecoder;
import io.dropwatch.internal.record.RecordView;
import io.dropwatch.internal.record.WallClock;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One attached probe, the thread that reads its ring, and the end of both.
 *
 * <p>The end has an order that makes the account exact: detach; wait until every drop seen has its
 * outcome counted; empty the ring; read the counters; free.
 */
public final class Watch {
  /**
   * How long {@link #close} waits for programs that run while they are detached: microseconds do.
   */
  private static final Duration SETTLE = Duration.ofSeconds(1);

  /** How long records are still delivered after {@link #close}. */
  private static final Duration DRAIN = Duration.ofSeconds(5);

  /** How long {@link #close} waits for the listener to return from its last call. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** How long the reader may take to notice that it is to end. */
  private static final Duration LONGEST_POLL = Duration.ofMillis(100);

  private final DropTap tap;
  private final String ring;
  private final RecordDecoder decoder;
  private final WallClock clock;
  private final NoiseFilter noise;
  private final Listening listening;
  private final RecordView view;
  private final @Nullable EventQueue queue;
  private final RecordConsumer taking = this::take;
  private final Failures failures;
  private final Duration pollTimeout;
  private final Thread reader;
  private final CountDownLatch ended = new CountDownLatch(1);

  // Written by the reader only; delivered counts what no queue is before.
  private final AtomicLong taken = new AtomicLong();
  private final AtomicLong delivered = new AtomicLong();
  private final NoiseCounts noisy;
  private final AtomicLong skipped = new AtomicLong();

  private volatile boolean closing;
  private volatile long deliverUntil = Long.MAX_VALUE;
  private volatile @Nullable Throwable failure;
  private volatile @Nullable DropStatistics last;

  /**
   * @param tap attached; closed with this watch
   * @param ring in words, which ring the tap is read through
   * @param noise used by the reader only
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
      @Nullable Consumer<Throwable> onError,
      Duration maxLatency) {
    this.tap = tap;
    this.ring = ring;
    this.decoder = decoder;
    this.clock = clock;
    this.noise = noise;
    this.noisy = new NoiseCounts(noise.names());
    this.listening = listening;
    this.failures = Failures.ofListener(onError);
    this.view = new RecordView(clock);
    this.queue = queue(listening);
    this.pollTimeout = maxLatency.compareTo(LONGEST_POLL) < 0 ? maxLatency : LONGEST_POLL;
    this.reader = Thread.ofPlatform().daemon().name("dropwatch-reader").unstarted(this::read);
  }

  private @Nullable EventQueue queue(Listening wanted) {
    return wanted
            instanceof Listening.Events(var listener, Listening.Queue(int capacity, var policy))
        ? new EventQueue(capacity, policy, event -> tell(listener, event), () -> deliverUntil)
        : null;
  }

  /** Starts to read. */
  public void start() {
    if (queue != null) {
      queue.start();
    }
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
      if (known != null) {
        return known;
      }
      return Account.running(tap.counts(), tap.recursionMisses(), outcomes());
    }
  }

  /** In words, which ring records come through. */
  public String ring() {
    return ring;
  }

  /** Whether the calling thread is one of this watch's, that may be calling the listener. */
  public boolean isReader() {
    return Thread.currentThread() == reader || (queue != null && queue.isListener());
  }

  /** What ended the reading early; null if nothing did. */
  public @Nullable Throwable failure() {
    return failure;
  }

  /** Waits for the end; false if the time is over before it. */
  public boolean awaitEnd(Duration time) throws InterruptedException {
    return ended.await(saturatedNanos(time), TimeUnit.NANOSECONDS);
  }

  /**
   * Ends the watch. Returns when the account is final, except to the listener itself, whose return
   * the end has to wait for, and if the listener does not return for 10 s.
   */
  public void close() {
    detach();
    if (isReader()) {
      return;
    }
    boolean interrupted = false;
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        var _ = ended.await(until - System.nanoTime(), TimeUnit.NANOSECONDS);
        break;
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
        deliverUntil = System.nanoTime() + DRAIN.toNanos();
        closing = true;
      }
    }
  }

  private void read() {
    try {
      while (!closing) {
        clock.refresh();
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
      while (taken.get() < counts.emitted() && failure == null) {
        long before = taken.get();
        tap.drain(taking);
        if (taken.get() == before) {
          break;
        }
      }
      if (queue != null) {
        queue.end();
      }
      last = Account.closed(counts, tap.recursionMisses(), outcomes());
    } catch (Throwable e) {
      failure = failure == null ? e : failure;
    } finally {
      failures.end();
      free();
      ended.countDown();
    }
  }

  private Outcomes outcomes() {
    return queue == null
        ? new Outcomes(delivered.get(), noisy.byRule(), 0, skipped.get())
        : new Outcomes(queue.delivered(), noisy.byRule(), queue.overflow(), skipped.get());
  }

  private void free() {
    synchronized (tap) {
      if (last == null) {
        last = DropStatistics.NONE;
      }
      tap.close();
    }
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

  private void take(MemorySegment memory, long offset, int size) {
    taken.setRelease(taken.getPlain() + 1);
    if (closing && System.nanoTime() - deliverUntil > 0) {
      skipped.setRelease(skipped.getPlain() + 1);
      return;
    }
    try {
      switch (listening) {
        case Listening.Raw(var listener) -> {
          view.at(memory, offset, size);
          delivered.setRelease(delivered.getPlain() + 1);
          tell(listener, view);
          view.leave();
        }
        case Listening.Events(var listener, _) -> {
          DropEvent event = decoder.decode(memory.asSlice(offset, size), Instant.now());
          int rule = noise.ruleOf(event);
          if (rule != NoiseFilter.NO_RULE) {
            noisy.add(rule);
          } else if (queue != null) {
            queue.put(event);
          } else {
            delivered.setRelease(delivered.getPlain() + 1);
            tell(listener, event);
          }
        }
      }
    } catch (MalformedRecordException e) {
      skipped.setRelease(skipped.getPlain() + 1);
      failures.report(e);
    }
  }

  private <T> void tell(Consumer<? super T> listener, T event) {
    try {
      listener.accept(event);
    } catch (Throwable e) {
      failures.report(e);
    }
    // A listener's interrupt is not ours.
    var _ = Thread.interrupted();
  }

  private static long saturatedNanos(Duration time) {
    try {
      return time.toNanos();
    } catch (ArithmeticException _) {
      return time.isNegative() ? 0 : Long.MAX_VALUE;
    }
  }
}
