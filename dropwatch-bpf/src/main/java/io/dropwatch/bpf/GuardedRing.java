package io.dropwatch.bpf;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * What every ring does alike: one reader at a time, a close that wakes it, and memory that is given
 * back only when nobody reads it any more.
 */
abstract sealed class GuardedRing implements EventRing permits PerfRing, BpfRing {
  private final ReentrantLock reader = new ReentrantLock();
  private final int wakeFd;
  private final Object wakeLock = new Object();
  private volatile boolean closed;
  private boolean released;

  /**
   * @param wakeFd an eventfd that {@link #await} waits for too; closed with the ring
   */
  GuardedRing(int wakeFd) {
    this.wakeFd = wakeFd;
  }

  /** Waits until the kernel wakes the reader, the ring is closed or the time is over. */
  abstract void await(int timeoutMillis);

  /** Delivers what was there when it was called; may end early once the ring is closed. */
  abstract int deliver(RingConsumer consumer);

  /** Gives back everything but the eventfd; called once, when the reader is out. */
  abstract void free();

  /** Reads a fact that only the reader may touch. */
  final long asReader(LongSupplier fact) {
    reader.lock();
    try {
      return fact.getAsLong();
    } finally {
      reader.unlock();
    }
  }

  @Override
  public final int poll(Duration timeout, RingConsumer consumer) {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException("a negative timeout: " + timeout);
    }
    return read(millis(timeout), consumer);
  }

  @Override
  public final int drain(RingConsumer consumer) {
    return read(0, consumer);
  }

  private static int millis(Duration timeout) {
    return timeout.compareTo(Duration.ofMillis(Integer.MAX_VALUE)) >= 0
        ? Integer.MAX_VALUE
        : (int) timeout.plusNanos(999_999).toMillis();
  }

  private int read(int timeoutMillis, RingConsumer consumer) {
    reader.lock();
    try {
      if (reader.getHoldCount() > 1) {
        throw new IllegalStateException("a consumer cannot read the ring that calls it");
      }
      if (timeoutMillis > 0 && !closed) {
        await(timeoutMillis);
      }
      return closed ? CLOSED : deliver(consumer);
    } finally {
      try {
        if (closed && reader.getHoldCount() == 1) {
          release();
        }
      } finally {
        reader.unlock();
      }
    }
  }

  @Override
  public final boolean isClosed() {
    return closed;
  }

  @Override
  public final void close() {
    wake();
    if (reader.isHeldByCurrentThread()) {
      return; // the consumer closes: read() releases when it returns
    }
    reader.lock();
    try {
      release();
    } finally {
      reader.unlock();
    }
  }

  private void wake() {
    synchronized (wakeLock) {
      closed = true;
      // After the release the number may be another file's.
      if (!released) {
        SystemCalls.signal(wakeFd);
      }
    }
  }

  /** Gives everything back, once; the reader is out. */
  private void release() {
    synchronized (wakeLock) {
      if (!released) {
        released = true;
        free();
        SystemCalls.close(wakeFd);
      }
    }
  }
}
