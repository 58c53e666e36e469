package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.dropwatch.DropWatcher;
import io.dropwatch.examples.testbed.ClosedPort;
import io.dropwatch.model.RawDropEvent;
import io.dropwatch.model.RingKind;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A raw event allocates nothing between the kernel's ring and the end of the listener. Needs root.
 */
@Timeout(60)
class AllocationIT {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int DROPS = 2000;

  /** Enough rounds to compile all code. */
  private static final int ROUNDS = 20;

  private final Semaphore sent = new Semaphore(0);
  private final byte[] packet = new byte[512];
  private long number;
  private long sum;
  private long allocatedBefore;
  private int garbage;

  @ParameterizedTest
  @CsvSource({"PERF, 0", "PERF, 127", "BPF, 0", "BPF, 127"})
  void rawEvent_allocatesNothing(RingKind ring, int frames) throws IOException {
    try (ClosedPort port = ClosedPort.open()) {
      raw(ring, frames, port);
    }
  }

  private void raw(RingKind ring, int frames, ClosedPort port) throws IOException {
    DropWatcher watcher =
        DropWatcher.builder()
            .filter("udp and dst port " + port.number())
            .ring(ring)
            .ringBytesPerCpu(1 << 22)
            .stackDepth(frames)
            .onRawEvent(this::look)
            .start();
    try (watcher) {
      for (int round = 1; round <= ROUNDS; round++) {
        port.send(9, DROPS);
        long expected = (long) round * DROPS;
        Await.until(() -> watcher.statistics().emitted() >= expected);
        sent.release();
        Await.until(() -> watcher.statistics().delivered() >= expected);
      }
    }
    assertEquals((long) ROUNDS * DROPS, number, watcher.statistics()::toString);
    assertTrue(sum != 0);
    // The reader calls the kernel once or twice in a round, which allocates some bytes.
    assertTrue(garbage <= 2, () -> garbage + " of " + DROPS + " events allocated memory");
  }

  // The first event of a round waits for the others, so that the reader drains them at once.
  private void look(RawDropEvent event) {
    long inRound = number++ % DROPS;
    if (inRound == 0) {
      sent.acquireUninterruptibly();
      garbage = 0;
      allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
    }
    sum += event.epochNanos() + event.reason() + event.location() + event.skbAddress();
    sum += event.ifindex() + event.netnsInum() + event.netnsCookie() + event.pid() + event.tid();
    sum += event.etherType() + event.vlanTci() + event.vlanProtocol() + event.wireLength();
    sum += event.packetByte(event.capturedLength() - 1) + event.copyPacket(packet, 0);
    sum += event.stackDepth() == 0 ? 0 : event.stackAddress(event.stackDepth() - 1);
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    garbage += allocated == allocatedBefore ? 0 : 1;
    allocatedBefore = allocated;
  }
}
