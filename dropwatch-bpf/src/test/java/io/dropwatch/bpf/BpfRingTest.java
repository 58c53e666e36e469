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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * BPF rings in the running kernel, written by a program that BPF_PROG_TEST_RUN runs. Needs root.
 */
@Timeout(60)
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
          throw new AssertionError("a BPF ring tells of no loss");
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
  void thisKernelHasThem() {
    assertTrue(BpfRing.isSupported());
  }

  @Test
  void deliversEveryRecordThroughManyWraps() {
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
  void sentIsReadAndFailedIsCountedWhenTheRingIsFull() {
    try (BpfObject object = loaded(2048, 0);
        BpfRing ring = BpfRing.open(object.map("ring"), 1)) {
      run(object);
      assertEquals(sum(object, 0), ring.drain(collecting));
      assertTrue(sum(object, 1) > 1500, "the ring of a page took " + sum(object, 0));
      assertEquals(0, ring.drain(collecting));
    }
  }

  @Test
  void whatNobodyWokeForIsReadWhenTheTimeIsOver() {
    try (BpfObject object = loaded(3, NEVER);
        BpfRing ring = BpfRing.open(object.map("ring"), NEVER)) {
      ring.poll(Duration.ofMillis(1), collecting); // what was there when it was opened
      run(object);
      long start = System.nanoTime();
      assertEquals(3, ring.poll(Duration.ofMillis(80), collecting));
      assertTrue(System.nanoTime() - start >= 70_000_000, "it did not wait");
    }
  }

  @Test
  void isWokenFromTheGivenNumberOfBytesOn() throws InterruptedException {
    try (BpfObject object = loaded(25, 256);
        BpfRing ring = BpfRing.open(object.map("ring"), 256)) {
      AtomicInteger read = new AtomicInteger();
      Thread reader = Thread.ofPlatform().start(() -> read.set(pollUntilSome(ring)));
      run(object);
      reader.join();
      assertTrue(read.get() > 0);
    }
  }

  private int pollUntilSome(BpfRing ring) {
    int read = 0;
    while (read == 0) {
      read = ring.poll(LONG, collecting);
    }
    return read;
  }

  @Test
  void enoughBytesAreNotWaitedFor() {
    try (BpfObject object = loaded(25, NEVER);
        BpfRing ring = BpfRing.open(object.map("ring"), 256)) {
      ring.poll(Duration.ofMillis(1), collecting);
      run(object);
      assertEquals(20, ring.poll(LONG, collecting));
    }
  }

  @Test
  void closeEndsAPoll() throws InterruptedException {
    try (BpfObject object = loaded(1, 0)) {
      BpfRing ring = BpfRing.open(object.map("ring"), 1);
      AtomicReference<Object> answer = new AtomicReference<>();
      CountDownLatch running = new CountDownLatch(1);
      Thread reader =
          Thread.ofPlatform()
              .start(
                  () -> {
                    running.countDown();
                    int last;
                    do {
                      last = ring.poll(LONG, collecting);
                    } while (last != EventRing.CLOSED);
                    answer.set(last);
                  });
      running.await();
      ring.close();
      reader.join();
      assertEquals(EventRing.CLOSED, answer.get());
      assertEquals(EventRing.CLOSED, ring.drain(collecting));
      ring.close();
    }
  }

  @Test
  void theConsumerMayClose() {
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
  void staysReadableWhenTheObjectIsClosed() {
    BpfObject object = loaded(3, 0);
    try (BpfRing ring = BpfRing.open(object.map("ring"), 1)) {
      run(object);
      object.close();
      assertEquals(3, ring.drain(collecting));
    }
  }

  @Test
  void refusesAMapOfAnotherType() {
    try (BpfObject object = loaded(1, 0)) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> BpfRing.open(object.map("events"), 1));
      assertEquals("map events is not of type RINGBUF", refused.getMessage());
    }
  }

  @Test
  void theKernelSaysWhichSizesItTakes() {
    for (int bytes : new int[] {0, 1, 4095, 5000}) {
      try (BpfObject object = TestObjects.open("ring")) {
        // libbpf 1.1 rounds up to what the kernel takes, all but zero.
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
  void aMapThatIsNotCreatedIsNotInTheKernel() {
    try (BpfObject object = TestObjects.open("ring")) {
      object.program("emit_ring").autoload(false);
      object.map("ring").autocreate(false);
      object.load();
      assertThrows(BpfException.class, () -> BpfRing.open(object.map("ring"), 1));
    }
  }
}
