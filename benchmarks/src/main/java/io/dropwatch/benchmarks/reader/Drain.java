package io.dropwatch.benchmarks.reader;

import com.sun.management.ThreadMXBean;
import io.dropwatch.bpf.PrefilledRing;
import io.dropwatch.bpf.RingConsumer;
import io.dropwatch.internal.watch.DeliveryMode;
import io.dropwatch.internal.watch.DeliveryUnderTest;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * From a ring full of real records to the raw listener, as RingDrainBenchmark measures it, without
 * JMH's own process: for a table beside other numbers.
 *
 * @param nanos of an event, in the fastest of some turns
 * @param bytes allocated for an event
 */
public record Drain(double nanos, double bytes) {
  private static final int RECORDS = 4096;
  private static final int WARMING = 2000;
  private static final int TURNS = 20;
  private static final int DRAINS = 100;

  /** Measures the BPF ring. */
  public static Drain ofBpfRing() throws IOException {
    PrefilledRing ring = PrefilledRing.bpf(RealRecord.taken(127), RECORDS);
    AtomicLong sum = new AtomicLong();
    RingConsumer consumer =
        DeliveryUnderTest.to(
            new DeliveryMode.Raw(
                raw ->
                    sum.setPlain(
                        sum.getPlain() + raw.location() + raw.reason() + raw.packetByte(0))));
    for (int i = 0; i < WARMING; i++) {
      var _ = ring.drain(consumer);
    }
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().threadId();
    double best = Double.MAX_VALUE;
    long allocated = threads.getThreadAllocatedBytes(thread);
    for (int turn = 0; turn < TURNS; turn++) {
      long start = System.nanoTime();
      for (int i = 0; i < DRAINS; i++) {
        var _ = ring.drain(consumer);
      }
      best = Math.min(best, (double) (System.nanoTime() - start));
    }
    allocated = threads.getThreadAllocatedBytes(thread) - allocated;
    double events = (double) DRAINS * RECORDS;
    return new Drain(best / events, allocated / (TURNS * events));
  }
}
