package io.dropwatch.internal.watch;

import io.dropwatch.DropEvent;
import io.dropwatch.internal.owner.OwnerLookup;
import io.dropwatch.internal.owner.OwnerLookup.Answer;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerQuery;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Holds events until their owner is known, for a limited time and in the order of the ring: an
 * event with an owner waits for those before it, but never for a lookup of its own. Used by the
 * reader only, except for the count of failures.
 */
final class OwnerStage {
  /** The longest time that an event waits for its owner. */
  static final long MAX_WAIT_NANOS = 100_000_000;

  /** The most events that wait; beyond, the first goes without its owner. */
  static final int MAX_HELD = 1 << 14;

  /**
   * An event that waits.
   *
   * @param answer null: it has its owner, and waits for its turn
   */
  private record Held(DropEvent event, @Nullable Answer answer, long at) {}

  private final OwnerLookup lookup;
  private final Failures failures;
  private final AtomicLong failed = new AtomicLong();
  private final Deque<Held> held = new ArrayDeque<>();

  OwnerStage(OwnerLookup lookup, Failures failures) {
    this.lookup = lookup;
    this.failures = failures;
  }

  /** Returns the owner if it is known now; else null. */
  @Nullable Owner known(OwnerQuery query) {
    return lookup.known(query);
  }

  boolean isHolding() {
    return !held.isEmpty();
  }

  /**
   * Holds an event.
   *
   * @param query null if the event has its owner
   */
  void hold(DropEvent event, @Nullable OwnerQuery query) {
    Answer answer = query == null ? null : lookup.ask(query);
    held.add(new Held(event, answer, System.nanoTime()));
  }

  /** Takes the first event, with its owner, if it need not wait any more; else returns null. */
  @Nullable DropEvent takeReady() {
    Held first = held.peek();
    if (first == null || !isReady(first)) {
      return null;
    }
    held.remove();
    Answer answer = first.answer();
    if (answer == null) {
      return first.event();
    }
    Throwable failure = answer.failure();
    if (failure != null) {
      failed.incrementAndGet();
      failures.report(failure);
      var _ = Thread.interrupted();
    }
    Owner owner = answer.owner();
    return owner.equals(Owner.UNKNOWN)
        ? first.event()
        : first.event().toBuilder().owner(owner).build();
  }

  private boolean isReady(Held first) {
    return first.answer() == null
        || first.answer().isReady()
        || held.size() > MAX_HELD
        || System.nanoTime() - first.at() > MAX_WAIT_NANOS;
  }

  /** Returns how many events have no owner because the resolver failed. For any thread. */
  long failed() {
    return failed.get();
  }

  /** Returns the thread that calls the application's resolver; null if there is none. */
  @Nullable Thread thread() {
    return lookup.thread();
  }

  /** Ends the lookups. */
  void close() {
    lookup.close();
  }
}
