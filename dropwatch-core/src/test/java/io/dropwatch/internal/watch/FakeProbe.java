package io.dropwatch.internal.watch;

import io.dropwatch.internal.probe.KernelCounts;
import io.dropwatch.internal.probe.ProbeHandle;
import io.dropwatch.internal.probe.ProbeHandle.RecordConsumer;
import io.dropwatch.internal.record.RecordLayout;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A probe without a kernel: records are what a test puts in. */
final class FakeProbe implements ProbeHandle {
  private static final byte[] RECORD = new byte[184];

  static {
    RECORD[0] = RecordLayout.VERSION;
  }

  static final long MISSES = 4;

  private final BlockingQueue<MemorySegment> ring = new LinkedBlockingQueue<>();
  private long emitted;
  private long lost;
  private boolean detached;
  volatile boolean closed;
  volatile boolean abandoned;

  synchronized void drop(int times) {
    for (int i = 0; i < times && !detached; i++) {
      emitted++;
      ring.add(MemorySegment.ofArray(RECORD));
    }
  }

  synchronized void malformed() {
    emitted++;
    ring.add(MemorySegment.ofArray(new byte[3]));
  }

  synchronized void ringFull() {
    lost++;
  }

  /** A record that was emitted and is not in the ring any more. */
  synchronized void vanish() {
    emitted++;
  }

  @Override
  public void poll(Duration timeout, RecordConsumer records) {
    try {
      MemorySegment first = ring.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (first != null) {
        records.take(first, 0, (int) first.byteSize());
      }
    } catch (InterruptedException e) {
      throw new AssertionError("the reader must not be interrupted", e);
    }
  }

  @Override
  public void drain(RecordConsumer records) {
    MemorySegment next = ring.poll();
    while (next != null) {
      records.take(next, 0, (int) next.byteSize());
      next = ring.poll();
    }
  }

  @Override
  public synchronized KernelCounts counts() {
    if (closed || abandoned) {
      throw new IllegalStateException("closed");
    }
    return new KernelCounts(emitted + lost + 6, 1, 2, 3, emitted, lost, 0, 0, Map.of(), 0);
  }

  @Override
  public synchronized long recursionMisses() {
    if (closed || abandoned) {
      throw new IllegalStateException("closed");
    }
    return MISSES;
  }

  @Override
  public synchronized void detach() {
    detached = true;
  }

  @Override
  public synchronized void abandon() {
    detached = true;
    abandoned = true;
  }

  @Override
  public synchronized void close() {
    detached = true;
    closed = true;
  }

  synchronized boolean isDetached() {
    return detached;
  }
}
