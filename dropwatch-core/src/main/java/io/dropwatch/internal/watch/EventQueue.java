package io.dropwatch.internal.watch;

import io.dropwatch.DropEvent;
import io.dropwatch.model.Overflow;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Events between the reader and a listener that may be slower, with a thread that calls the
 * listener. Every event put in is delivered or counted as overflow, also when the listener never
 * returns.
 */
final class EventQueue {
  private static final long LOOK_AGAIN_MILLIS = 20;

  private final ArrayBlockingQueue<DropEvent> events;
  private final Overflow policy;
  private final Consumer<DropEvent> listener;
  private final LongSupplier deadline;
  private final Thread thread;
  private final AtomicLong entered = new AtomicLong();
  private final AtomicLong delivered = new AtomicLong();
  private final AtomicLong overflow = new AtomicLong();
  private volatile boolean ending;
  private boolean abandoned;

  /**
   * @param listener called on the queue's thread; throws nothing
   * @param deadline the {@link System#nanoTime} after which nothing is delivered any more
   */
  EventQueue(int capacity, Overflow policy, Consumer<DropEvent> listener, LongSupplier deadline) {
    this.events = new ArrayBlockingQueue<>(capacity);
    this.policy = policy;
    this.listener = listener;
    this.deadline = deadline;
    this.thread = Thread.ofPlatform().daemon().name("dropwatch-listener").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** The one that calls the listener. */
  Thread thread() {
    return thread;
  }

  long delivered() {
    return delivered.get();
  }

  long overflow() {
    return overflow.get();
  }

  /** For the reader only. */
  void put(DropEvent event) {
    synchronized (this) {
      if (abandoned) {
        return;
      }
      entered.incrementAndGet();
    }
    boolean kept =
        switch (policy) {
          case DROP_NEWEST -> events.offer(event);
          case DROP_OLDEST -> replaceOldest(event);
          case BLOCK -> waitForRoom(event);
        };
    if (!kept) {
      giveUp();
    }
  }

  private boolean replaceOldest(DropEvent event) {
    while (!events.offer(event)) {
      if (events.poll() != null) {
        giveUp();
      }
    }
    return true;
  }

  private synchronized void giveUp() {
    if (!abandoned) {
      overflow.incrementAndGet();
    }
  }

  private boolean waitForRoom(DropEvent event) {
    while (true) {
      try {
        if (events.offer(event, LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
          return true;
        }
      } catch (InterruptedException _) {
        // Whoever interrupts the reader means what it calls, not an event.
      }
      if (isOver()) {
        return false;
      }
    }
  }

  private boolean isOver() {
    long until = deadline.getAsLong();
    return until != Long.MAX_VALUE && System.nanoTime() - until > 0;
  }

  private void run() {
    while (true) {
      DropEvent event;
      try {
        event = events.poll(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException _) {
        continue; // nobody's business but the listener's, who is done
      }
      if (event != null) {
        if (!count()) {
          return;
        }
        listener.accept(event);
      } else if (ending) {
        return;
      }
    }
  }

  private synchronized boolean count() {
    if (!abandoned) {
      delivered.incrementAndGet();
    }
    return !abandoned;
  }

  /** Waits until all is delivered or the time is over; what is left then is overflow. */
  void end() {
    ending = true;
    while (thread.isAlive() && !isOver()) {
      var _ = hasEnded(LOOK_AGAIN_MILLIS);
    }
    abandon();
  }

  /** From now on nothing is delivered; what has come in and was not is overflow. */
  synchronized void abandon() {
    if (!abandoned) {
      abandoned = true;
      overflow.set(entered.get() - delivered.get());
    }
  }

  /** Whether the listener has returned from its last call, after waiting for it. */
  boolean hasEnded(long millis) {
    try {
      return thread.join(Duration.ofMillis(millis));
    } catch (InterruptedException _) {
      return !thread.isAlive();
    }
  }
}
