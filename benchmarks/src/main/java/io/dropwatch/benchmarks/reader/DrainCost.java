package io.dropwatch.benchmarks.reader;

import com.sun.management.ThreadMXBean;
import io.dropwatch.bpf.PrefilledRing;
import io.dropwatch.bpf.RingConsumer;
import io.dropwatch.internal.watch.DeliveryFixture;
import io.dropwatch.internal.watch.DeliveryMode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The cost of an event from a ring full of copies of a real record to the raw listener, as {@link
 * RingDrainBenchmark} measures it, but in this process, for a table beside other numbers.
 *
 * @param nanos for each event, in the fastest of 20 turns
 * @param bytes allocated for each event
 */
public record DrainCost(double nanos, double bytes) {
  private static final int RECORDS = 4096;
  private static final int WARM_UP = 2000;
  private static final int TURNS = 20;
  private static final int DRAINS = 100;

  /** Measures the BPF ring. */
  public static DrainCost ofBpfRing() throws IOException {
    PrefilledRing ring = PrefilledRing.bpf(SampleRecord.of(127), RECORDS);
    AtomicLong sum = new AtomicLong();
    RingConsumer consumer =
        DeliveryFixture.consumer(
            new DeliveryMode.Raw(
                raw ->
                    sum.setPlain(
                        sum.getPlain() + raw.location() + raw.reason() + raw.packetByte(0))));
    for (int i = 0; i < WARM_UP; i++) {
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
    return new DrainCost(best / events, allocated / (TURNS * events));
  }
}
