package io.dropwatch.internal.watch;

import io.dropwatch.DropEvent;
import io.dropwatch.internal.noise.NoiseFilter;
import io.dropwatch.internal.record.MalformedRecordException;
import io.dropwatch.internal.record.RecordDecoder;
import io.dropwatch.internal.record.RecordView;
import io.dropwatch.internal.record.WallClock;
import io.dropwatch.model.RawDropEvent;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of each record: it is decoded, compared with the noise rules, given to the listener,
 * and its outcome is counted before the listener is called. Records are taken by the reader only;
 * everything else is for any thread.
 */
final class Delivery {
  private static final long NEVER = Long.MAX_VALUE;

  private final RecordDecoder decoder;
  private final NoiseFilter noise;
  private final Listening listening;
  private final Failures failures;
  private final RecordView view;
  private final @Nullable EventQueue queue;

  // Written by the reader only; delivered counts what no queue is before.
  private final AtomicLong taken = new AtomicLong();
  private final AtomicLong delivered = new AtomicLong();
  private final NoiseCounts noisy;
  private final AtomicLong skipped = new AtomicLong();

  private volatile long deliverUntil = NEVER;
  private boolean abandoned;

  Delivery(
      RecordDecoder decoder,
      WallClock clock,
      NoiseFilter noise,
      Listening listening,
      Failures failures) {
    this.decoder = decoder;
    this.noise = noise;
    this.noisy = new NoiseCounts(noise.names());
    this.listening = listening;
    this.failures = failures;
    this.view = new RecordView(clock);
    this.queue = queue(listening);
  }

  private @Nullable EventQueue queue(Listening wanted) {
    return wanted
            instanceof Listening.Events(var listener, Listening.Queue(int capacity, var policy))
        ? new EventQueue(capacity, policy, event -> tell(listener, event), () -> deliverUntil)
        : null;
  }

  void start() {
    if (queue != null) {
      queue.start();
    }
  }

  /** The thread that calls the listener, where the reader does not. */
  @Nullable Thread listenersThread() {
    return queue == null ? null : queue.thread();
  }

  /** Records taken out of the ring. */
  long taken() {
    return taken.get();
  }

  Outcomes outcomes() {
    return queue == null
        ? new Outcomes(delivered.get(), noisy.byRule(), 0, skipped.get())
        : new Outcomes(queue.delivered(), noisy.byRule(), queue.overflow(), skipped.get());
  }

  /** Before records are waited for. */
  void refresh() {
    if (listening instanceof Listening.Events) {
      decoder.refresh();
    }
  }

  /** One record. A {@link io.dropwatch.internal.probe.RecordConsumer}. */
  void take(MemorySegment memory, long offset, int size) {
    taken.setRelease(taken.getPlain() + 1);
    if (deliverUntil != NEVER && System.nanoTime() - deliverUntil > 0) {
      var _ = count(skipped);
      return;
    }
    try {
      switch (listening) {
        case Listening.Raw(var listener) -> takeRaw(listener, memory, offset, size);
        case Listening.Events(var listener, _) ->
            takeEvent(listener, decoder.decode(memory.asSlice(offset, size), Instant.now()));
      }
    } catch (MalformedRecordException e) {
      var _ = count(skipped);
      failures.report(e);
      var _ = Thread.interrupted();
    }
  }

  private void takeRaw(Consumer<RawDropEvent> listener, MemorySegment memory, long offset, int size)
      throws MalformedRecordException {
    view.at(memory, offset, size);
    if (count(delivered)) {
      tell(listener, view);
    }
    view.release();
  }

  private void takeEvent(Consumer<DropEvent> listener, DropEvent event) {
    int rule = noise.ruleOf(event);
    if (rule != NoiseFilter.NO_RULE) {
      countNoise(rule);
    } else if (queue != null) {
      queue.put(event);
    } else if (count(delivered)) {
      tell(listener, event);
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

  // Without a lock until the end has begun: a listener is abandoned seconds after that at the
  // earliest, and by then no reader is between this look and its count.
  private boolean count(AtomicLong outcome) {
    if (deliverUntil != NEVER) {
      return countUnlessAbandoned(outcome);
    }
    outcome.setRelease(outcome.getPlain() + 1);
    return true;
  }

  private void countNoise(int rule) {
    if (deliverUntil == NEVER) {
      noisy.add(rule);
      return;
    }
    synchronized (this) {
      if (!abandoned) {
        noisy.add(rule);
      }
    }
  }

  private synchronized boolean countUnlessAbandoned(AtomicLong outcome) {
    if (!abandoned) {
      outcome.setRelease(outcome.getPlain() + 1);
    }
    return !abandoned;
  }

  /** The end begins: this long records are still delivered. */
  void deliverFor(Duration time) {
    deliverUntil = System.nanoTime() + time.toNanos();
  }

  /** All records are taken: delivers what waits in the queue, while there is time. */
  void end() {
    if (queue != null) {
      queue.end();
    }
  }

  /** From now on nothing is delivered or counted, whenever the reader comes back. */
  void abandon() {
    synchronized (this) {
      abandoned = true;
    }
    if (queue != null) {
      queue.abandon();
    }
  }
}
