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

/** The cursor over rings that the test writes itself, as a kernel would. No privileges. */
final class PerfCursorTest {
  private static final long SIZE = 256;

  @Test
  void readsAtEveryOffsetOfTheRing() {
    for (long start = 0; start < SIZE; start += 8) {
      for (int payload = 0; payload <= 212; payload++) {
        SyntheticRing ring = new SyntheticRing(SIZE, start);
        ring.lost(5);
        ring.sample(payload, (byte) payload);
        Heard heard = new Heard();
        assertEquals(1, ring.cursor().drain(heard));
        assertEquals(
            List.of("lost 5", SyntheticRing.sampleText(payload, (byte) payload)), heard.said);
        assertEquals(ring.head(), ring.tail());
      }
    }
  }

  @Test
  void fillsTheRingToTheLastByte() {
    for (long start = 0; start < SIZE; start += 8) {
      SyntheticRing ring = new SyntheticRing(SIZE, start);
      ring.sample(244, (byte) 1); // 256 bytes with its header
      Heard heard = new Heard();
      assertEquals(1, ring.cursor().drain(heard));
      assertEquals(List.of(SyntheticRing.sampleText(244, (byte) 1)), heard.said);
    }
  }

  @Test
  void countsPastEveryPowerOfTwo() {
    // The counters run for ever; taken as signed numbers they even become negative.
    for (long start : new long[] {1L << 31, 1L << 32, Long.MAX_VALUE - 7, -8, -256}) {
      SyntheticRing ring = new SyntheticRing(SIZE, start);
      for (int i = 0; i < 100; i++) {
        ring.sample(i % 100, (byte) i);
        Heard heard = new Heard();
        assertEquals(1, ring.cursor().drain(heard));
        assertEquals(List.of(SyntheticRing.sampleText(i % 100, (byte) i)), heard.said);
      }
    }
  }

  @Test
  void passesOverTypesItDoesNotKnow() {
    SyntheticRing ring = new SyntheticRing(SIZE, 0);
    ring.record(1, new byte[16]); // PERF_RECORD_MMAP
    ring.record(4242, new byte[8]);
    ring.record(9, new byte[0]); // a sample without room for its size
    ring.record(2, new byte[8]); // a loss without room for its number
    ring.sample(3, (byte) 3);
    Heard heard = new Heard();
    PerfCursor cursor = ring.cursor();
    assertEquals(1, cursor.drain(heard));
    assertEquals(List.of(SyntheticRing.sampleText(3, (byte) 3)), heard.said);
    assertEquals(4, cursor.skipped());
  }

  @Test
  void deliversWithoutSlicesToWhomThatMatters() {
    List<String> places = new ArrayList<>();
    RingConsumer raw =
        new Heard() {
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
  void leavesForTheNextTimeWhatComesMeanwhile() {
    SyntheticRing ring = new SyntheticRing(SIZE, 0);
    PerfCursor cursor = ring.cursor();
    ring.sample(8, (byte) 1);
    Heard heard =
        new Heard() {
          @Override
          void hear(String what) {
            super.hear(what);
            ring.sample(8, (byte) 2);
          }
        };
    assertEquals(1, cursor.drain(heard));
    assertEquals(1, cursor.drain(new Heard()));
    assertEquals(0, cursor.drain(new Heard()));
  }

  @ParameterizedTest
  @CsvSource({
    // size of the first record, head, what the message says
    "0,   64, invalid record of 0 bytes at 0 (head 64",
    "4,   64, invalid record of 4 bytes at 0 (head 64",
    "12,  64, invalid record of 12 bytes at 0 (head 64",
    "72,  64, invalid record of 72 bytes at 0 (head 64",
    "64, 264, invalid record of 64 bytes at 0 (head 264",
    "64,  -8, invalid record of 64 bytes at 0 (head 18446744073709551608",
  })
  void refusesSizesThatNoKernelWrites(int size, long head, String message) {
    SyntheticRing ring = new SyntheticRing(SIZE, 0);
    ring.header(9, size, head);
    BpfException damaged = assertThrows(BpfException.class, () -> ring.cursor().drain(new Heard()));
    assertTrue(
        damaged.getMessage().startsWith("cannot read the perf ring of CPU 3: " + message),
        damaged.getMessage());
  }

  @Test
  void refusesPayloadsLargerThanTheirRecord() {
    SyntheticRing ring = new SyntheticRing(SIZE, 0);
    ring.record(9, new byte[] {13, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    assertEquals(
        "cannot read the perf ring of CPU 3: a record of 24 bytes claims a payload of 13",
        assertThrows(BpfException.class, () -> ring.cursor().drain(new Heard())).problem());
  }

  @Test
  void refusesRingsThatAreNoPowerOfTwo() {
    assertThrows(IllegalArgumentException.class, () -> new SyntheticRing(24, 0).cursor());
    assertThrows(IllegalArgumentException.class, () -> new SyntheticRing(4, 0).cursor());
  }

  /** One step of a producer: a sample of so many bytes, or, negative, so many lost records. */
  @Provide
  Arbitrary<List<Integer>> steps() {
    return Arbitraries.integers().between(-5, 120).filter(i -> i != -1).list().ofMaxSize(60);
  }

  @Property
  void deliversInOrderWhateverIsWritten(
      @ForAll("steps") List<Integer> steps,
      @ForAll @IntRange(max = 31) int start,
      @ForAll @IntRange(min = 6, max = 12) int logSize,
      @ForAll @IntRange(min = 1, max = 10) int drainEvery) {
    SyntheticRing ring = new SyntheticRing(1L << logSize, start * 8L);
    PerfCursor cursor = ring.cursor();
    List<String> written = new ArrayList<>();
    Heard heard = new Heard();
    int drained = 0;
    int samples = 0;
    for (int i = 0; i < steps.size(); i++) {
      int step = steps.get(i);
      if (step < 0 ? ring.lost(-step) : ring.sample(step, (byte) i)) {
        written.add(step < 0 ? "lost " + -step : SyntheticRing.sampleText(step, (byte) i));
        samples += step < 0 ? 0 : 1;
      }
      if (i % drainEvery == 0) {
        drained += cursor.drain(heard);
      }
    }
    drained += cursor.drain(heard);
    assertEquals(written, heard.said);
    assertEquals(samples, drained);
    assertEquals(ring.head(), ring.tail());
  }

  @Property
  void endsOnAnyBytesAtAll(@ForAll long seed, @ForAll long head, @ForAll long tail) {
    SyntheticRing ring = new SyntheticRing(SIZE, tail);
    ring.fill(new Random(seed), (seed & 1) == 0 ? tail + (head & 0xf8) : head);
    try {
      ring.cursor().drain(new Heard());
    } catch (BpfException e) {
      assertTrue(e.getMessage().startsWith("cannot read the perf ring of CPU 3: "));
    }
  }
}
