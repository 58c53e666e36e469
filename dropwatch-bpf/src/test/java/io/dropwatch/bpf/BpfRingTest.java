package io.dropwatch.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@link BpfRing} in the running kernel, written by BPF_PROG_TEST_RUN of a program. Needs root. */
@Timeout(60)
@Tag("live")
final class BpfRingTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final int NEVER = 1 << 30;

  private final List<Long> sequences = new ArrayList<>();

  private final RingConsumer collecting =
      new RingConsumer() {
        @Override
        public void record(int cpu, MemorySegment payload) {
          assertTrue(payload.isReadOnly());
          sequences.add(payload.get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
        }

        @Override
        public void lost(int cpu, long count) {
          throw new AssertionError("a BPF ring reports no loss");
        }
      };

  private static BpfObject loaded(int records, long wakeupBytes) {
    BpfObject object = TestObjects.open("ring");
    object.readOnlyData().setInt("records", records).setLong("wakeup_bytes", wakeupBytes);
    object.load();
    return object;
  }

  private static int sum(BpfObject object, int field) {
    int sum = 0;
    for (byte[] counter : object.map("counters").lookupPerCpu(new byte[4])) {
      sum += ByteBuffer.wrap(counter).order(ByteOrder.nativeOrder()).getInt(field * 4);
    }
    return sum;
  }

  private static void run(BpfObject object) {
    assertEquals(7, object.program("emit_ring").testRun(TestObjects.packet()).result());
  }

  @Test
  void isSupported_onThisKernel() {
    assertTrue(BpfRing.isSupported());
  }

  @Test
  void drain_deliversEveryRecordThroughManyWraps() {
    try (BpfObject object = loaded(25, 0);
        BpfRing ring = BpfRing.open(object.map("ring"), 1)) {
      assertEquals(4096, ring.bytes());
      for (int i = 0; i < 400; i++) {
        run(object);
        assertEquals(20, ring.drain(collecting));
      }
      assertEquals(400 * 20, sequences.size());
      for (int i = 0; i < sequences.size(); i++) {
        assertEquals(i % 20 / 4 * 5 + i % 4, sequences.get(i));
      }
      assertEquals(400 * 20, sum(object, 0));
      assertEquals(0, sum(object, 1));
    }
  }

  @Test
  void fullRing_deliversSentRecordsAndProgramCountsFailedOnes() {
    try (BpfObject object = loaded(2048, 0);
        BpfRing ring = BpfRing.open(object.map("ring"), 1)) {
      run(object);
      assertEquals(sum(object, 0), ring.drain(collecting));
      assertTrue(sum(object, 1) > 1500, "records in a ring of one page: " + sum(object, 0));
      assertEquals(0, ring.drain(collecting));
    }
  }

  @Test
  void poll_deliversRecordsWithoutWakeupAfterTimeout() throws InterruptedException {
    try (BpfObject object = loaded(3, NEVER);
        BpfRing ring = BpfRing.open(object.map("ring"), NEVER)) {
      ring.poll(Duration.ofMillis(1), collecting); // the wakeup of the open
      run(object);
      long start = System.nanoTime();
      assertEquals(3, ring.poll(Duration.ofMillis(80), collecting));
      assertTrue(System.nanoTime() - start >= 70_000_000, "it did not wait");
    }
  }

  @Test
  void poll_isWokenAtWakeupBytes() throws Exception {
    try (BpfObject object = loaded(25, 256);
        BpfRing ring = BpfRing.open(object.map("ring"), 256)) {
      FutureTask<Integer> reader =
          new FutureTask<>(
              () -> {
                int read;
                do {
                  read = ring.poll(LONG, collecting);
                } while (read == 0);
                return read;
              });
      Thread.ofPlatform().start(reader);
      run(object);
      assertTrue(reader.get() > 0);
    }
  }

  @Test
  void poll_doesNotWaitIfWakeupBytesAreAvailable() throws InterruptedException {
    try (BpfObject object = loaded(25, NEVER);
        BpfRing ring = BpfRing.open(object.map("ring"), 256)) {
      ring.poll(Duration.ofMillis(1), collecting);
      run(object);
      assertEquals(20, ring.poll(LONG, collecting));
    }
  }

  @Test
  void close_endsPoll() throws Exception {
    try (BpfObject object = loaded(1, 0)) {
      BpfRing ring = BpfRing.open(object.map("ring"), 1);
      CountDownLatch running = new CountDownLatch(1);
      FutureTask<Integer> reader =
          new FutureTask<>(
              () -> {
                running.countDown();
                int last;
                do {
                  last = ring.poll(LONG, collecting);
                } while (last != EventRing.CLOSED);
                return last;
              });
      Thread.ofPlatform().start(reader);
      running.await();
      ring.close();
      assertEquals(EventRing.CLOSED, reader.get());
      assertEquals(EventRing.CLOSED, ring.drain(collecting));
      ring.close();
    }
  }

  @Test
  void close_byConsumer() {
    try (BpfObject object = loaded(3, 0)) {
      BpfRing ring = BpfRing.open(object.map("ring"), 1);
      run(object);
      int[] heard = {0};
      ring.drain(
          new RingConsumer() {
            @Override
            public void record(int cpu, MemorySegment payload) {
              heard[0]++;
              ring.close();
            }

            @Override
            public void lost(int cpu, long count) {}
          });
      assertTrue(heard[0] >= 1);
      assertTrue(ring.isClosed());
    }
  }

  @Test
  void drain_afterObjectClosed_deliversRecords() {
    BpfObject object = loaded(3, 0);
    try (BpfRing ring = BpfRing.open(object.map("ring"), 1)) {
      run(object);
      object.close();
      assertEquals(3, ring.drain(collecting));
    }
  }

  @Test
  void open_mapOfOtherType_throws() {
    try (BpfObject object = loaded(1, 0)) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> BpfRing.open(object.map("events"), 1));
      assertEquals("map events is not of type RINGBUF", refused.getMessage());
    }
  }

  @Test
  void resize_isRoundedUpByLibbpf() {
    for (int bytes : new int[] {0, 1, 4095, 5000}) {
      try (BpfObject object = TestObjects.open("ring")) {
        // libbpf 1.1 rounds up to a valid size, except 0.
        object.map("ring").resize(bytes);
        if (bytes == 0) {
          assertThrows(BpfException.class, object::load);
        } else {
          object.load();
          assertEquals(bytes <= 4096 ? 4096 : 8192, object.map("ring").maxEntries());
        }
      }
    }
  }

  @Test
  void autocreateFalse_mapIsNotCreated() {
    try (BpfObject object = TestObjects.open("ring")) {
      object.program("emit_ring").autoload(false);
      object.map("ring").autocreate(false);
      object.load();
      assertEquals(
          "cannot use map ring: it was not created, see BpfMap.autocreate",
          assertThrows(IllegalStateException.class, () -> BpfRing.open(object.map("ring"), 1))
              .getMessage());
    }
  }
}
