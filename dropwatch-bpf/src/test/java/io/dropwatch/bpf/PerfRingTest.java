package io.dropwatch.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * {@link PerfRing} in the running kernel, written by BPF_PROG_TEST_RUN of a program. Needs root.
 */
@Timeout(60)
@Tag("live")
final class PerfRingTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  /** Collects the sequence numbers. */
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
  void poll_deliversRecordsWithPadding() throws InterruptedException {
    try (BpfObject object = loaded(2);
        PerfRing ring = PerfRing.open(object.map("events"), 1, Wakeup.afterRecords(1))) {
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
      // 12 bytes stay 12, 13 are padded to 20: 4 + size is a multiple of 8.
      assertEquals(List.of("12 0 t", "20 1 t"), records);
    }
  }

  @Test
  void drain_deliversEveryRecordThroughManyWraps() {
    for (Wakeup wakeup :
        List.of(Wakeup.afterRecords(1), Wakeup.afterRecords(64), Wakeup.afterBytes(2048))) {
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
  void fullRing_everyRecordIsDeliveredOrCounted() {
    try (BpfObject object = loaded(1000);
        PerfRing ring = PerfRing.open(object.map("events"), 8192, Wakeup.afterRecords(64))) {
      Collected collected = new Collected();
      run(object);
      int read = ring.drain(collected);
      assertEquals(read, collected.sequences.size());
      assertEquals(sum(object, 0), read);
      assertEquals(1000, sum(object, 0) + sum(object, 1));
      assertTrue(sum(object, 1) > 0);
      assertEquals("ENOSPC", lastError(object));
      // The kernel reports losses with the next record that fits on that CPU, so repeat until the
      // program runs on it again. It never reports more than were lost.
      do {
        run(object);
        ring.drain(collected);
      } while (collected.lost == 0);
      assertTrue(collected.lost <= sum(object, 1), () -> collected.lost + " reported as lost");
      assertEquals(sum(object, 0), collected.sequences.size());
    }
  }

  @Test
  void poll_deliversIncompleteBatchAfterTimeout() throws InterruptedException {
    try (BpfObject object = loaded(3);
        PerfRing ring = PerfRing.open(object.map("events"), 65536, Wakeup.afterRecords(1000))) {
      run(object);
      Collected collected = new Collected();
      assertEquals(3, ring.poll(Duration.ofMillis(1), collected));
      assertEquals(0, ring.poll(Duration.ZERO, collected));
    }
  }

  @Test
  void poll_isWokenWhenBatchIsFull() throws InterruptedException {
    try (BpfObject object = loaded(64);
        PerfRing ring = PerfRing.open(object.map("events"), 65536, Wakeup.afterRecords(64))) {
      run(object);
      Collected collected = new Collected();
      // Longer than the timeout of the test: only a wakeup ends it.
      assertEquals(64, ring.poll(Duration.ofDays(100), collected));
    }
  }

  @Test
  void drain_consumerThrows_continuesAfterRecord() {
    try (BpfObject object = loaded(3);
        PerfRing ring = PerfRing.open(object.map("events"), 4096, Wakeup.afterRecords(1))) {
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
  void closedRing_returnsClosed() throws InterruptedException {
    try (BpfObject object = loaded(1)) {
      PerfRing ring = PerfRing.open(object.map("events"), 4096, Wakeup.afterRecords(1));
      assertFalse(ring.isClosed());
      ring.close();
      ring.close();
      assertTrue(ring.isClosed());
      assertEquals(EventRing.CLOSED, ring.drain(new Collected()));
      assertEquals(EventRing.CLOSED, ring.poll(LONG, new Collected()));
      assertEquals(0, ring.skipped());
      // Without a ring the output of the program fails; another ring may be opened.
      run(object);
      assertEquals(1, sum(object, 1));
      try (PerfRing second = PerfRing.open(object.map("events"), 4096, Wakeup.afterRecords(1))) {
        run(object);
        assertEquals(1, second.drain(new Collected()));
      }
    }
  }

  @Test
  void drain_afterObjectClosed_deliversRecords() {
    BpfObject object = loaded(2);
    PerfRing ring = PerfRing.open(object.map("events"), 4096, Wakeup.afterRecords(1));
    run(object);
    object.close();
    Collected collected = new Collected();
    assertEquals(2, ring.drain(collected));
    ring.close();
  }

  @Test
  void close_byOtherThread_wakesReaderAndWaits() throws Exception {
    try (BpfObject object = loaded(1)) {
      PerfRing ring = PerfRing.open(object.map("events"), 4096, Wakeup.afterRecords(1));
      CountDownLatch inConsumer = new CountDownLatch(1);
      CountDownLatch closing = new CountDownLatch(1);
      AtomicInteger recordsAfterClose = new AtomicInteger();
      AtomicReference<MemorySegment> kept = new AtomicReference<>();
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
              // close() waits for this thread, so the memory is still mapped.
              recordsAfterClose.addAndGet((int) payload.byteSize());
            }

            @Override
            public void lost(int cpu, long count) {}
          };
      FutureTask<Integer> reader =
          new FutureTask<>(
              () -> {
                int status;
                do {
                  status = ring.poll(Duration.ofDays(1), consumer);
                } while (status != EventRing.CLOSED);
                return status;
              });
      Thread.ofPlatform().daemon().start(reader);
      run(object);
      inConsumer.await();
      Thread closer = Thread.ofPlatform().daemon().start(ring::close);
      while (!ring.isClosed()) {
        Thread.onSpinWait();
      }
      assertTrue(closer.isAlive());
      closing.countDown();
      closer.join();
      assertEquals(EventRing.CLOSED, reader.get());
      assertEquals(12, recordsAfterClose.get());
      // A slice that outlived the ring throws, and does not end the JVM.
      assertThrows(IllegalStateException.class, () -> kept.get().get(ValueLayout.JAVA_BYTE, 0));
    }
  }

  @Test
  void close_endsIdlePoll() throws Exception {
    try (BpfObject object = loaded(1)) {
      PerfRing ring = PerfRing.open(object.map("events"), 4096, Wakeup.afterRecords(1));
      FutureTask<Integer> reader =
          new FutureTask<>(() -> ring.poll(Duration.ofDays(1), new Collected()));
      Thread.ofPlatform().daemon().start(reader);
      ring.close();
      assertEquals(EventRing.CLOSED, reader.get());
    }
  }

  @Test
  void poll_interrupted_throwsAndKeepsRecords() throws Exception {
    try (BpfObject object = loaded(3);
        PerfRing ring = PerfRing.open(object.map("events"), 4096, Wakeup.afterRecords(1000))) {
      run(object);
      Collected collected = new Collected();
      Thread.currentThread().interrupt();
      assertThrows(InterruptedException.class, () -> ring.poll(LONG, collected));
      assertFalse(Thread.interrupted());
      FutureTask<Integer> reader =
          new FutureTask<>(() -> ring.poll(Duration.ofMillis(200), collected));
      Thread thread = Thread.ofPlatform().daemon().start(reader);
      while (thread.getState() != Thread.State.RUNNABLE) {
        Thread.onSpinWait();
      }
      thread.interrupt();
      assertInstanceOf(
          InterruptedException.class,
          assertThrows(ExecutionException.class, reader::get).getCause());
      Thread.currentThread().interrupt();
      assertEquals(3, ring.drain(collected));
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void close_byConsumer_finishesRead() {
    try (BpfObject object = loaded(3)) {
      PerfRing ring = PerfRing.open(object.map("events"), 4096, Wakeup.afterRecords(1));
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
  void close_releasesDescriptors() throws Exception {
    try (BpfObject object = loaded(1)) {
      PerfRing.open(object.map("events"), 4096, Wakeup.afterRecords(1)).close();
      long before = descriptors();
      for (int i = 0; i < 50; i++) {
        PerfRing.open(object.map("events"), 4096, Wakeup.afterRecords(1)).close();
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
  void open_invalidArguments_throws() {
    try (BpfObject object = loaded(1)) {
      BpfMap events = object.map("events");
      assertThrows(
          IllegalArgumentException.class, () -> PerfRing.open(events, 0, Wakeup.afterRecords(1)));
      assertThrows(
          IllegalArgumentException.class, () -> PerfRing.open(events, -1, Wakeup.afterRecords(1)));
      assertThrows(
          IllegalArgumentException.class,
          () -> PerfRing.open(events, 4096, Wakeup.afterRecords(0)));
      assertThrows(IllegalArgumentException.class, () -> Wakeup.afterBytes(0));
      assertEquals(
          "wakeup must be after at most the ring's 8192 bytes, was after 8193 bytes",
          assertThrows(
                  IllegalArgumentException.class,
                  () -> PerfRing.open(events, 5000, Wakeup.afterBytes(8193)))
              .getMessage());
      IllegalArgumentException wrong =
          assertThrows(
              IllegalArgumentException.class,
              () -> PerfRing.open(object.map("table"), 4096, Wakeup.afterRecords(1)));
      assertEquals("map table is not of type PERF_EVENT_ARRAY", wrong.getMessage());
      try (PerfRing ring = PerfRing.open(events, 5000, Wakeup.afterRecords(1))) {
        assertEquals(8192, ring.bytesPerCpu());
        assertThrows(
            IllegalArgumentException.class,
            () -> ring.poll(Duration.ofMillis(-1), new Collected()));
      }
    }
    try (BpfObject object = TestObjects.open("ring")) {
      assertThrows(
          IllegalStateException.class,
          () -> PerfRing.open(object.map("events"), 4096, Wakeup.afterRecords(1)));
    }
  }
}
