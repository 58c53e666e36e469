package io.dropwatch.bpf;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * A ring buffer through which programs send records to this process, read from memory that is
 * shared with the kernel.
 *
 * <p>Threads: one thread reads at a time; a second reader waits for the first. Any thread may
 * close. {@link #poll} blocks in a system call, so call it on a platform thread: a virtual thread
 * would pin its carrier.
 */
public abstract sealed class EventRing implements AutoCloseable permits PerfRing, BpfRing {
  /** What {@link #poll} and {@link #drain} return after the ring was closed: {@value}. */
  public static final int CLOSED = -1;

  private final ReentrantLock reader = new ReentrantLock();
  private final int wakeFd;
  private final Object wakeLock = new Object();
  private volatile boolean closed;
  private boolean released;

  /**
   * @param wakeFd an eventfd that {@link #await} waits for too; closed with the ring
   */
  EventRing(int wakeFd) {
    this.wakeFd = wakeFd;
  }

  /** Waits until the kernel wakes the reader, the ring is closed or the timeout has elapsed. */
  abstract void await(int timeoutMillis);

  /** Delivers the records present at the call; may end early after the ring was closed. */
  abstract int deliver(RingConsumer consumer);

  /** Releases everything but the eventfd. Called once, when no thread reads. */
  abstract void free();

  /** Reads a value that only the reading thread may touch. */
  final long asReader(LongSupplier value) {
    reader.lock();
    try {
      return value.getAsLong();
    } finally {
      reader.unlock();
    }
  }

  /**
   * Waits until the kernel wakes the reader, the timeout has elapsed or the ring is closed, then
   * delivers all records present. So no record waits longer than the timeout (and the consumer)
   * however rare the wakeups are. The wait may also end early, for instance by a signal.
   *
   * @param timeout how long to wait, rounded up to milliseconds; zero does not wait
   * @param consumer called on this thread
   * @return the number of records delivered, without lost ones, or {@link #CLOSED}
   * @throws InterruptedException if the thread is interrupted. An interrupt does not end the wait
   *     in the kernel; it is noticed when that ends, and the records stay in the ring
   * @throws IllegalArgumentException if the timeout is negative
   * @throws IllegalStateException if called by the consumer of this ring
   * @throws BpfException if the wait fails, or the ring contains a record that no kernel writes
   */
  public final int poll(Duration timeout, RingConsumer consumer) throws InterruptedException {
    Objects.requireNonNull(consumer, "consumer");
    if (timeout.isNegative()) {
      throw new IllegalArgumentException("timeout must not be negative, was " + timeout);
    }
    int millis = millis(timeout);
    reader.lockInterruptibly();
    try {
      refuseNestedRead();
      if (millis > 0 && !closed) {
        await(millis);
        if (!closed && Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
      return closed ? CLOSED : deliver(consumer);
    } finally {
      leave();
    }
  }

  /**
   * Delivers all records present, without waiting.
   *
   * @param consumer called on this thread
   * @return the number of records delivered, without lost ones, or {@link #CLOSED}
   * @throws IllegalStateException if called by the consumer of this ring
   * @throws BpfException if the ring contains a record that no kernel writes
   */
  public final int drain(RingConsumer consumer) {
    Objects.requireNonNull(consumer, "consumer");
    reader.lock();
    try {
      refuseNestedRead();
      return closed ? CLOSED : deliver(consumer);
    } finally {
      leave();
    }
  }

  private static int millis(Duration timeout) {
    // A longer wait ends early, after 24 days.
    return timeout.compareTo(Duration.ofMillis(Integer.MAX_VALUE)) >= 0
        ? Integer.MAX_VALUE
        : (int) timeout.plusNanos(999_999).toMillis();
  }

  private void refuseNestedRead() {
    if (reader.getHoldCount() > 1) {
      throw new IllegalStateException("a consumer must not read the ring that calls it");
    }
  }

  private void leave() {
    try {
      if (closed && reader.getHoldCount() == 1) {
        release();
      }
    } finally {
      reader.unlock();
    }
  }

  /** {@return whether {@link #close} has been called} */
  public final boolean isClosed() {
    return closed;
  }

  /**
   * Ends reading and releases the memory. Wakes a waiting reader and waits until it has left. If
   * the consumer calls this, the ring is released when the read returns. A second call does
   * nothing.
   */
  @Override
  public final void close() {
    wake();
    if (!reader.isHeldByCurrentThread()) { // otherwise the consumer closes, and its read releases
      reader.lock();
      leave();
    }
  }

  private void wake() {
    synchronized (wakeLock) {
      closed = true;
      // After the release the descriptor may be another file's.
      if (!released) {
        LibcCalls.signal(wakeFd);
      }
    }
  }

  private void release() {
    synchronized (wakeLock) {
      if (!released) {
        released = true;
        free();
        LibcCalls.close(wakeFd);
      }
    }
  }
}
