package io.dropwatch.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Perf rings in the running kernel, written by a program that BPF_PROG_TEST_RUN runs. Needs root.
 */
@Timeout(60)
final class PerfRingTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  /** Keeps the sequence numbers. */
  private static final class Collected implements RingConsumer {
    final List<Long> sequences = new ArrayList<>();
    long lost;

    @Override
    public void record(int cpu, MemorySegment payload) {
      assertTrue(payload.isReadOnly());
      sequences.add(payload.get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
    }

    @Override
    public void lost(int cpu, long count) {
      lost += count;
    }
  }

  private static BpfObject loaded(int records) {
    BpfObject object = TestObjects.open("ring");
    object.readOnlyData().setInt("records", records);
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

  private static String lastError(BpfObject object) {
    return Errno.of(sum(object, 2)).name();
  }

  private static void run(BpfObject object) {
    assertEquals(7, object.program("emit").testRun(TestObjects.packet()).result());
  }

  @Test
  void deliversWhatTheProgramWrote() {
    try (BpfObject object = loaded(2);
        PerfRing ring = PerfRing.open(object.map("events"), 1, 1)) {
      assertEquals(4096, ring.bytesPerCpu());
      run(object);
      List<String> records = new ArrayList<>();
      int count =
          ring.poll(
              LONG,
              new RingConsumer() {
                @Override
                public void record(int cpu, MemorySegment payload) {
                  records.add(
                      payload.byteSize()
                          + " "
                          + payload.get(ValueLayout.JAVA_LONG_UNALIGNED, 0)
                          + " "
                          + (char) payload.get(ValueLayout.JAVA_BYTE, 8));
                }

                @Override
                public void lost(int cpu, long lost) {}
              });
      assertEquals(2, count);
      // 12 bytes stay 12, 13 become 20: 4 + size is a multiple of 8.
      assertEquals(List.of("12 0 t", "20 1 t"), records);
    }
  }

  @Test
  void accountsForEveryRecordThroughManyWraps() {
    for (Wakeup wakeup :
        List.of(
            new Wakeup.AfterRecords(1), new Wakeup.AfterRecords(64), new Wakeup.AfterBytes(2048))) {
      try (BpfObject object = loaded(25);
          PerfRing ring = PerfRing.open(object.map("events"), 4096, wakeup)) {
        Collected collected = new Collected();
        for (int i = 0; i < 400; i++) {
          run(object);
          ring.drain(collected);
        }
        // 25 records of 12 to 36 bytes and their headers fit.
        assertEquals(400 * 25, collected.sequences.size(), wakeup.toString());
        for (int i = 0; i < collected.sequences.size(); i++) {
          assertEquals(i % 25, collected.sequences.get(i));
        }
        assertEquals(0, collected.lost);
        assertEquals(400 * 25, sum(object, 0));
        assertEquals(0, ring.skipped());
      }
    }
  }

  @Test
  void accountsForEveryLostRecord() {
    try (BpfObject object = loaded(1000);
        PerfRing ring = PerfRing.open(object.map("events"), 8192, 64)) {
      Collected collected = new Collected();
      run(object);
      int read = ring.drain(collected);
      assertEquals(read, collected.sequences.size());
      assertEquals(sum(object, 0), read);
      assertEquals(1000, sum(object, 0) + sum(object, 1));
      assertTrue(sum(object, 1) > 0);
      assertEquals("ENOSPC", lastError(object));
      // The kernel tells of the lost ones with the next record it can write on that CPU, so the run
      // may have to be
      // repeated until it happens on the same one again; and it never tells of more than were lost.
      do {
        run(object);
        ring.drain(collected);
      } while (collected.lost == 0);
      assertTrue(collected.lost <= sum(object, 1), () -> collected.lost + " were told of");
      assertEquals(sum(object, 0), collected.sequences.size());
    }
  }

  @Test
  void batchesWakeupsAndStillDeliversAfterTheTimeout() {
    try (BpfObject object = loaded(3);
        PerfRing ring = PerfRing.open(object.map("events"), 65536, 1000)) {
      run(object);
      Collected collected = new Collected();
      assertEquals(3, ring.poll(Duration.ofMillis(1), collected));
      assertEquals(0, ring.poll(Duration.ZERO, collected));
    }
  }

  @Test
  void wakesWhenTheBatchIsFull() {
    try (BpfObject object = loaded(64);
        PerfRing ring = PerfRing.open(object.map("events"), 65536, 64)) {
      run(object);
      Collected collected = new Collected();
      // Longer than the test's own limit: only a wakeup ends it.
      assertEquals(64, ring.poll(Duration.ofDays(100), collected));
    }
  }

  @Test
  void goesOnBehindARecordWhoseConsumerThrows() {
    try (BpfObject object = loaded(3);
        PerfRing ring = PerfRing.open(object.map("events"), 4096, 1)) {
      run(object);
      RingConsumer throwing =
          new RingConsumer() {
            @Override
            public void record(int cpu, MemorySegment payload) {
              throw new IllegalArgumentException("no");
            }

            @Override
            public void lost(int cpu, long count) {}
          };
      assertThrows(IllegalArgumentException.class, () -> ring.drain(throwing));
      Collected collected = new Collected();
      assertEquals(2, ring.drain(collected));
      assertEquals(List.of(1L, 2L), collected.sequences);
    }
  }

  @Test
  void answersClosedAfterClose() {
    try (BpfObject object = loaded(1)) {
      PerfRing ring = PerfRing.open(object.map("events"), 4096, 1);
      assertFalse(ring.isClosed());
      ring.close();
      ring.close();
      assertTrue(ring.isClosed());
      assertEquals(EventRing.CLOSED, ring.drain(new Collected()));
      assertEquals(EventRing.CLOSED, ring.poll(LONG, new Collected()));
      assertEquals(0, ring.skipped());
      // The map is free for another ring, and the program's output fails without one.
      run(object);
      assertEquals(1, sum(object, 1));
      try (PerfRing second = PerfRing.open(object.map("events"), 4096, 1)) {
        run(object);
        assertEquals(1, second.drain(new Collected()));
      }
    }
  }

  @Test
  void staysReadableWhenItsObjectIsClosedFirst() {
    BpfObject object = loaded(2);
    PerfRing ring = PerfRing.open(object.map("events"), 4096, 1);
    run(object);
    object.close();
    Collected collected = new Collected();
    assertEquals(2, ring.drain(collected));
    ring.close();
  }

  @Test
  void closeFromAnotherThreadWakesTheReaderAndWaitsForIt() throws Exception {
    try (BpfObject object = loaded(1)) {
      PerfRing ring = PerfRing.open(object.map("events"), 4096, 1);
      CountDownLatch inConsumer = new CountDownLatch(1);
      CountDownLatch closing = new CountDownLatch(1);
      AtomicInteger recordsAfterClose = new AtomicInteger();
      AtomicInteger last = new AtomicInteger(99);
      AtomicReference<MemorySegment> kept = new AtomicReference<>();
      Thread reader =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    RingConsumer consumer =
                        new RingConsumer() {
                          @Override
                          public void record(int cpu, MemorySegment payload) {
                            kept.set(payload);
                            inConsumer.countDown();
                            try {
                              closing.await();
                            } catch (InterruptedException e) {
                              throw new IllegalStateException(e);
                            }
                            // close() is waiting for us, so this memory is still mapped.
                            recordsAfterClose.addAndGet((int) payload.byteSize());
                          }

                          @Override
                          public void lost(int cpu, long count) {}
                        };
                    int status;
                    do {
                      status = ring.poll(Duration.ofDays(1), consumer);
                    } while (status != EventRing.CLOSED);
                    last.set(status);
                  });
      run(object);
      inConsumer.await();
      Thread closer = Thread.ofPlatform().daemon().start(ring::close);
      while (!ring.isClosed()) {
        Thread.onSpinWait();
      }
      assertTrue(closer.isAlive());
      closing.countDown();
      closer.join();
      reader.join();
      assertEquals(12, recordsAfterClose.get());
      assertEquals(EventRing.CLOSED, last.get());
      // A slice that outlived the ring throws and does not end the JVM.
      assertThrows(IllegalStateException.class, () -> kept.get().get(ValueLayout.JAVA_BYTE, 0));
    }
  }

  @Test
  void closeWhileNothingComesEndsThePoll() throws Exception {
    try (BpfObject object = loaded(1)) {
      PerfRing ring = PerfRing.open(object.map("events"), 4096, 1);
      AtomicInteger status = new AtomicInteger(99);
      Thread reader =
          Thread.ofPlatform()
              .daemon()
              .start(() -> status.set(ring.poll(Duration.ofDays(1), new Collected())));
      ring.close();
      reader.join();
      assertEquals(EventRing.CLOSED, status.get());
    }
  }

  @Test
  void closesFromItsConsumer() {
    try (BpfObject object = loaded(3)) {
      PerfRing ring = PerfRing.open(object.map("events"), 4096, 1);
      run(object);
      AtomicInteger seen = new AtomicInteger();
      RingConsumer closing =
          new RingConsumer() {
            @Override
            public void record(int cpu, MemorySegment payload) {
              ring.close();
              ring.close();
              seen.addAndGet(payload.get(ValueLayout.JAVA_BYTE, 8) == 't' ? 1 : 0);
              assertThrows(IllegalStateException.class, () -> ring.drain(this));
            }

            @Override
            public void lost(int cpu, long count) {}
          };
      assertEquals(3, ring.drain(closing));
      assertEquals(3, seen.get());
      assertEquals(EventRing.CLOSED, ring.drain(closing));
    }
  }

  @Test
  void manyRingsLeaveNoDescriptors() throws Exception {
    try (BpfObject object = loaded(1)) {
      PerfRing.open(object.map("events"), 4096, 1).close();
      long before = descriptors();
      for (int i = 0; i < 50; i++) {
        PerfRing.open(object.map("events"), 4096, 1).close();
      }
      assertEquals(before, descriptors());
    }
  }

  private static long descriptors() throws Exception {
    try (var list = Files.list(Path.of("/proc/self/fd"))) {
      return list.count();
    }
  }

  @Test
  void refusesWhatCannotBe() {
    try (BpfObject object = loaded(1)) {
      BpfMap events = object.map("events");
      assertThrows(IllegalArgumentException.class, () -> PerfRing.open(events, 0, 1));
      assertThrows(IllegalArgumentException.class, () -> PerfRing.open(events, -1, 1));
      assertThrows(IllegalArgumentException.class, () -> PerfRing.open(events, 4096, 0));
      assertThrows(IllegalArgumentException.class, () -> new Wakeup.AfterBytes(0));
      IllegalArgumentException wrong =
          assertThrows(
              IllegalArgumentException.class, () -> PerfRing.open(object.map("table"), 4096, 1));
      assertEquals("map table is not of type PERF_EVENT_ARRAY", wrong.getMessage());
      try (PerfRing ring = PerfRing.open(events, 5000, 1)) {
        assertEquals(8192, ring.bytesPerCpu());
        assertThrows(
            IllegalArgumentException.class,
            () -> ring.poll(Duration.ofMillis(-1), new Collected()));
      }
    }
    try (BpfObject object = TestObjects.open("ring")) {
      assertThrows(IllegalStateException.class, () -> PerfRing.open(object.map("events"), 4096, 1));
    }
  }
}
