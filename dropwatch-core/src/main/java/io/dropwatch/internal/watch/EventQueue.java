package io.dropwatch.internal.watch;

import io.dropwatch.DropEvent;
import io.dropwatch.model.Overflow;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Events between the reader and a listener that may be slower, with a thread that calls the
 * listener. Every event put in is delivered or counted as overflow, also when the listener never
 * returns.
 */
final class EventQueue {
  private static final long POLL_MILLIS = 20;

  private final ArrayBlockingQueue<DropEvent> events;
  private final Overflow policy;
  private final Consumer<DropEvent> listener;
  private final Ending ending;
  private final Thread thread;
  private final AtomicLong entered = new AtomicLong();
  private final AtomicLong delivered = new AtomicLong();
  private final AtomicLong overflow = new AtomicLong();
  private final Runnable countEntered = entered::incrementAndGet;
  private final Runnable countDelivered = delivered::incrementAndGet;
  private volatile boolean complete;

  /**
   * @param listener called on the queue's thread; throws nothing
   */
  EventQueue(int capacity, Overflow policy, Consumer<DropEvent> listener, Ending ending) {
    this.events = new ArrayBlockingQueue<>(capacity);
    this.policy = policy;
    this.listener = listener;
    this.ending = ending;
    this.thread = Thread.ofPlatform().daemon().name("dropwatch-listener").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Returns the thread that calls the listener. */
  Thread thread() {
    return thread;
  }

  long delivered() {
    return delivered.get();
  }

  /** Returns the events given up; once the counts are final, also those that wait. */
  long overflow() {
    return ending.areCountsFinal() ? entered.get() - delivered.get() : overflow.get();
  }

  /** Puts an event in. For the reader only. */
  void put(DropEvent event) {
    if (!ending.run(countEntered)) {
      return;
    }
    boolean kept =
        switch (policy) {
          case DROP_NEWEST -> events.offer(event);
          case DROP_OLDEST -> replaceOldest(event);
          case BLOCK -> waitForRoom(event);
        };
    if (!kept) {
      overflow.incrementAndGet();
    }
  }

  private boolean replaceOldest(DropEvent event) {
    while (!events.offer(event)) {
      if (events.poll() != null) {
        overflow.incrementAndGet();
      }
    }
    return true;
  }

  private boolean waitForRoom(DropEvent event) {
    while (true) {
      try {
        if (events.offer(event, POLL_MILLIS, TimeUnit.MILLISECONDS)) {
          return true;
        }
      } catch (InterruptedException _) {
        // Meant for the listener that the reader may call, not for this event.
      }
      if (ending.isDeliveryOver()) {
        return false;
      }
    }
  }

  private void run() {
    while (true) {
      DropEvent event;
      try {
        event = events.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException _) {
        continue; // meant for the listener, which has returned
      }
      if (event != null) {
        if (!ending.run(countDelivered)) {
          return;
        }
        listener.accept(event);
      } else if (complete) {
        return;
      }
    }
  }

  /** Waits until all is delivered or the time is over; what is left then is overflow. */
  void end() {
    complete = true;
    while (thread.isAlive() && !ending.isDeliveryOver()) {
      try {
        thread.join(POLL_MILLIS);
      } catch (InterruptedException _) {
        // Meant for the listener; this wait is bounded.
      }
    }
    ending.makeCountsFinal();
  }
}
