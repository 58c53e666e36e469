package io.dropwatch.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link PerfCursor} on rings in memory. No privileges. */
final class PerfCursorTest {
  private static final long SIZE = 256;

  @Test
  void drain_atEveryOffset() {
    for (long start = 0; start < SIZE; start += 8) {
      for (int payload = 0; payload <= 212; payload++) {
        SyntheticRing ring = new SyntheticRing(SIZE, start);
        ring.lost(5);
        ring.sample(payload, (byte) payload);
        CollectingConsumer collected = new CollectingConsumer();
        assertEquals(1, ring.cursor().drain(collected));
        assertEquals(
            List.of("lost 5", SyntheticRing.sampleText(payload, (byte) payload)),
            collected.records);
        assertEquals(ring.head(), ring.tail());
      }
    }
  }

  @Test
  void drain_recordThatFillsTheRing() {
    for (long start = 0; start < SIZE; start += 8) {
      SyntheticRing ring = new SyntheticRing(SIZE, start);
      ring.sample(244, (byte) 1); // 256 bytes with its header
      CollectingConsumer collected = new CollectingConsumer();
      assertEquals(1, ring.cursor().drain(collected));
      assertEquals(List.of(SyntheticRing.sampleText(244, (byte) 1)), collected.records);
    }
  }

  @Test
  void drain_pastEveryPowerOfTwo() {
    // The positions only grow, and become negative as signed numbers.
    for (long start : new long[] {1L << 31, 1L << 32, Long.MAX_VALUE - 7, -8, -256}) {
      SyntheticRing ring = new SyntheticRing(SIZE, start);
      for (int i = 0; i < 100; i++) {
        ring.sample(i % 100, (byte) i);
        CollectingConsumer collected = new CollectingConsumer();
        assertEquals(1, ring.cursor().drain(collected));
        assertEquals(List.of(SyntheticRing.sampleText(i % 100, (byte) i)), collected.records);
      }
    }
  }

  @Test
  void drain_skipsUnknownTypes() {
    SyntheticRing ring = new SyntheticRing(SIZE, 0);
    ring.record(1, new byte[16]); // PERF_RECORD_MMAP
    ring.record(4242, new byte[8]);
    ring.record(9, new byte[0]); // a sample too short for its size
    ring.record(2, new byte[8]); // a loss too short for its count
    ring.sample(3, (byte) 3);
    CollectingConsumer collected = new CollectingConsumer();
    PerfCursor cursor = ring.cursor();
    assertEquals(1, cursor.drain(collected));
    assertEquals(List.of(SyntheticRing.sampleText(3, (byte) 3)), collected.records);
    assertEquals(4, cursor.skipped());
  }

  @Test
  void drain_callsRecordAtWithPosition() {
    List<String> places = new ArrayList<>();
    RingConsumer raw =
        new CollectingConsumer() {
          @Override
          public void recordAt(int cpu, MemorySegment memory, long offset, int size) {
            assertTrue(memory.isReadOnly());
            places.add(offset + " " + size);
          }
        };
    SyntheticRing ring = new SyntheticRing(SIZE, 232);
    ring.sample(4, (byte) 1);
    ring.sample(4, (byte) 1); // wraps, so it is read from the copy
    assertEquals(2, ring.cursor().drain(raw));
    assertEquals(List.of("244 4", "12 4"), places);
  }

  @Test
  void drain_leavesRecordsThatArriveMeanwhile() {
    SyntheticRing ring = new SyntheticRing(SIZE, 0);
    PerfCursor cursor = ring.cursor();
    ring.sample(8, (byte) 1);
    CollectingConsumer collected =
        new CollectingConsumer() {
          @Override
          void add(String text) {
            super.add(text);
            ring.sample(8, (byte) 2);
          }
        };
    assertEquals(1, cursor.drain(collected));
    assertEquals(1, cursor.drain(new CollectingConsumer()));
    assertEquals(0, cursor.drain(new CollectingConsumer()));
  }

  @ParameterizedTest
  @CsvSource({
    // size of the first record, head, start of the message
    "0,   64, invalid record of 0 bytes at 0 (head 64",
    "4,   64, invalid record of 4 bytes at 0 (head 64",
    "12,  64, invalid record of 12 bytes at 0 (head 64",
    "72,  64, invalid record of 72 bytes at 0 (head 64",
    "64, 264, invalid record of 64 bytes at 0 (head 264",
    "64,  -8, invalid record of 64 bytes at 0 (head 18446744073709551608",
  })
  void drain_invalidSize_throws(int size, long head, String message) {
    SyntheticRing ring = new SyntheticRing(SIZE, 0);
    ring.header(9, size, head);
    BpfException damaged =
        assertThrows(BpfException.class, () -> ring.cursor().drain(new CollectingConsumer()));
    assertTrue(
        damaged.getMessage().startsWith("cannot read the perf ring of CPU 3: " + message),
        damaged.getMessage());
  }

  @Test
  void drain_payloadLargerThanRecord_throws() {
    SyntheticRing ring = new SyntheticRing(SIZE, 0);
    ring.record(9, new byte[] {13, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    assertEquals(
        "cannot read the perf ring of CPU 3: a record of 24 bytes claims a payload of 13",
        assertThrows(BpfException.class, () -> ring.cursor().drain(new CollectingConsumer()))
            .problem());
  }

  @Test
  void sizeNotPowerOfTwo_throws() {
    assertThrows(IllegalArgumentException.class, () -> new SyntheticRing(24, 0).cursor());
    assertThrows(IllegalArgumentException.class, () -> new SyntheticRing(4, 0).cursor());
  }

  /** Steps of a producer: samples of n bytes, or -n lost records. */
  @Provide
  Arbitrary<List<Integer>> steps() {
    return Arbitraries.integers().between(-5, 120).filter(i -> i != -1).list().ofMaxSize(60);
  }

  @Property
  void drain_deliversAllRecordsInOrder(
      @ForAll("steps") List<Integer> steps,
      @ForAll @IntRange(max = 31) int start,
      @ForAll @IntRange(min = 6, max = 12) int logSize,
      @ForAll @IntRange(min = 1, max = 10) int drainEvery) {
    SyntheticRing ring = new SyntheticRing(1L << logSize, start * 8L);
    PerfCursor cursor = ring.cursor();
    List<String> written = new ArrayList<>();
    CollectingConsumer collected = new CollectingConsumer();
    int drained = 0;
    int samples = 0;
    for (int i = 0; i < steps.size(); i++) {
      int step = steps.get(i);
      if (step < 0 ? ring.lost(-step) : ring.sample(step, (byte) i)) {
        written.add(step < 0 ? "lost " + -step : SyntheticRing.sampleText(step, (byte) i));
        samples += step < 0 ? 0 : 1;
      }
      if (i % drainEvery == 0) {
        drained += cursor.drain(collected);
      }
    }
    drained += cursor.drain(collected);
    assertEquals(written, collected.records);
    assertEquals(samples, drained);
    assertEquals(ring.head(), ring.tail());
  }

  @Property
  void drain_arbitraryMemory_ends(@ForAll long seed, @ForAll long head, @ForAll long tail) {
    SyntheticRing ring = new SyntheticRing(SIZE, tail);
    ring.fill(new Random(seed), (seed & 1) == 0 ? tail + (head & 0xf8) : head);
    try {
      ring.cursor().drain(new CollectingConsumer());
    } catch (BpfException e) {
      assertTrue(e.getMessage().startsWith("cannot read the perf ring of CPU 3: "));
    }
  }
}
