package io.dropwatch.internal.watch;

import io.dropwatch.DropEvent;
import io.dropwatch.internal.noise.NoiseFilter;
import io.dropwatch.internal.record.MalformedRecordException;
import io.dropwatch.internal.record.RecordDecoder;
import io.dropwatch.internal.record.RecordView;
import io.dropwatch.internal.record.WallClock;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerQuery;
import io.dropwatch.model.RawDropEvent;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decodes each record, applies the noise rules, counts the outcome, and calls the listener. Records
 * are delivered by the reader only; the other methods are for any thread.
 */
final class Delivery {
  private static final long POLL_NANOS = 200_000;

  private final RecordDecoder decoder;
  private final NoiseFilter noise;
  private final OwnerStage owners;
  private final DeliveryMode mode;
  private final Failures failures;
  private final RecordView view;
  private final @Nullable EventQueue queue;

  // Written by the reader only; with a queue, the queue counts what is delivered.
  private final AtomicLong taken = new AtomicLong();
  private final AtomicLong delivered = new AtomicLong();
  private final NoiseCounts noisy;
  private final AtomicLong skipped = new AtomicLong();

  private final Ending ending;

  Delivery(
      RecordDecoder decoder,
      WallClock clock,
      NoiseFilter noise,
      OwnerStage owners,
      DeliveryMode mode,
      Failures failures,
      Ending ending) {
    this.decoder = decoder;
    this.noise = noise;
    this.noisy = new NoiseCounts(noise.names());
    this.owners = owners;
    this.mode = mode;
    this.ending = ending;
    this.failures = failures;
    this.view = new RecordView(clock);
    this.queue = queue(mode);
  }

  private @Nullable EventQueue queue(DeliveryMode wanted) {
    return wanted
            instanceof
            DeliveryMode.Events(var listener, DeliveryMode.Queue(int capacity, var policy))
        ? new EventQueue(capacity, policy, event -> tell(listener, event), ending)
        : null;
  }

  void start() {
    if (queue != null) {
      queue.start();
    }
  }

  /** Returns the thread that calls the listener; null if the reader does. */
  @Nullable Thread listenersThread() {
    return queue == null ? null : queue.thread();
  }

  /** Returns the thread that calls the application's resolver; null if there is none. */
  @Nullable Thread resolversThread() {
    return owners.thread();
  }

  /** Returns the number of records taken out of the ring. */
  long taken() {
    return taken.get();
  }

  Outcomes outcomes() {
    return queue == null
        ? new Outcomes(delivered.get(), noisy.byRule(), 0, skipped.get())
        : new Outcomes(queue.delivered(), noisy.byRule(), queue.overflow(), skipped.get());
  }

  /** Refreshes symbols, before the reader waits for records. */
  void refresh() {
    if (mode instanceof DeliveryMode.Events) {
      decoder.refresh();
    }
  }

  /** Delivers one record. A {@link io.dropwatch.internal.probe.ProbeHandle.RecordConsumer}. */
  void deliver(MemorySegment memory, long offset, int size) {
    taken.setRelease(taken.getPlain() + 1);
    if (ending.isDeliveryOver()) {
      var _ = ending.count(skipped);
      return;
    }
    try {
      switch (mode) {
        case DeliveryMode.Raw(var listener) -> deliverRaw(listener, memory, offset, size);
        case DeliveryMode.Events(var listener, _) ->
            deliverEvent(listener, memory.asSlice(offset, size), Instant.now());
      }
    } catch (MalformedRecordException e) {
      var _ = ending.count(skipped);
      failures.report(e);
      var _ = Thread.interrupted();
    }
  }

  private void deliverRaw(
      Consumer<RawDropEvent> listener, MemorySegment memory, long offset, int size)
      throws MalformedRecordException {
    view.at(memory, offset, size);
    if (ending.count(delivered)) {
      tell(listener, view);
    }
    view.release();
  }

  private void deliverEvent(Consumer<DropEvent> listener, MemorySegment raw, Instant received)
      throws MalformedRecordException {
    OwnerQuery query = decoder.owner(raw);
    Owner owner = owners.known(query);
    DropEvent event = decoder.decode(raw, received, query, owner == null ? Owner.UNKNOWN : owner);
    int rule = noise.ruleOf(event);
    if (rule != NoiseFilter.NO_RULE) {
      countNoise(rule);
    } else if (owner != null && !owners.isHolding()) {
      pass(listener, event);
    } else {
      owners.hold(event, owner == null ? query : null);
    }
    passReady(listener);
  }

  /** Delivers the events that have their owner now, in the order of the ring. */
  void passReady() {
    if (mode instanceof DeliveryMode.Events(var listener, _)) {
      passReady(listener);
    }
  }

  private void passReady(Consumer<DropEvent> listener) {
    while (owners.isHolding()) {
      DropEvent event = owners.takeReady();
      if (event == null) {
        return;
      }
      pass(listener, event);
    }
  }

  private void pass(Consumer<DropEvent> listener, DropEvent event) {
    if (ending.isDeliveryOver()) {
      var _ = ending.count(skipped);
    } else if (queue != null) {
      queue.put(event);
    } else if (ending.count(delivered)) {
      tell(listener, event);
    }
  }

  /** Returns whether events wait for their owner, for which no record wakes the reader. */
  boolean isHolding() {
    return owners.isHolding();
  }

  /** Returns how many events have no owner because the resolver failed. */
  long ownerFailures() {
    return owners.failed();
  }

  private <T> void tell(Consumer<? super T> listener, T event) {
    try {
      listener.accept(event);
    } catch (Throwable e) {
      failures.report(e);
    }
    // An interrupt of the listener is not for the reader.
    var _ = Thread.interrupted();
  }

  private void countNoise(int rule) {
    if (!ending.hasBegun()) {
      noisy.add(rule);
    } else {
      var _ = ending.run(() -> noisy.add(rule));
    }
  }

  /**
   * Delivers the events that wait for their owner, and what is still in the queue, while there is
   * time. Called after the last record.
   */
  void end() {
    while (owners.isHolding()) {
      passReady();
      LockSupport.parkNanos(POLL_NANOS);
    }
    owners.close();
    if (queue != null) {
      queue.end();
    }
  }
}
