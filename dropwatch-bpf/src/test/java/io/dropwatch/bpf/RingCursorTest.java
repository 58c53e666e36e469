package io.dropwatch.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** {@link RingCursor} on rings in memory. No privileges. */
final class RingCursorTest {
  private static final int SIZE = 256;
  private static final int BUSY = 1 << 31;
  private static final int DISCARD = 1 << 30;

  private final MemorySegment consumer = Arena.ofAuto().allocate(4096, 8);
  private final MemorySegment producer = Arena.ofAuto().allocate(4096, 8);
  private final MemorySegment data = Arena.ofAuto().allocate(2 * SIZE, 8);
  private final List<String> records = new ArrayList<>();

  private RingCursor at(long position) {
    consumer.set(ValueLayout.JAVA_LONG, 0, position);
    producer.set(ValueLayout.JAVA_LONG, 0, position);
    return new RingCursor(consumer, producer, data);
  }

  private long head() {
    return producer.get(ValueLayout.JAVA_LONG, 0);
  }

  private long tail() {
    return consumer.get(ValueLayout.JAVA_LONG, 0);
  }

  /** Writes both copies, which are one memory in a real ring. */
  private void put(long position, byte value) {
    long at = position & (SIZE - 1);
    data.set(ValueLayout.JAVA_BYTE, at, value);
    data.set(ValueLayout.JAVA_BYTE, at + SIZE, value);
  }

  private void header(long position, int value) {
    long at = position & (SIZE - 1);
    data.set(ValueLayout.JAVA_INT, at, value);
    data.set(ValueLayout.JAVA_INT, at + SIZE, value);
  }

  private void write(int length, int bits, byte fill) {
    long head = head();
    header(head, length | bits);
    for (int i = 0; i < length; i++) {
      put(head + 8 + i, fill);
    }
    producer.set(ValueLayout.JAVA_LONG, 0, head + ((length + 15) & -8));
  }

  private final RingConsumer collecting =
      new RingConsumer() {
        @Override
        public void record(int cpu, MemorySegment payload) {
          assertTrue(payload.isReadOnly());
          assertEquals(-1, cpu);
          for (byte value : payload.toArray(ValueLayout.JAVA_BYTE)) {
            assertEquals(payload.get(ValueLayout.JAVA_BYTE, 0), value);
          }
          records.add(
              payload.byteSize()
                  + (payload.byteSize() == 0 ? "" : "x" + payload.get(ValueLayout.JAVA_BYTE, 0)));
        }

        @Override
        public void lost(int cpu, long count) {
          throw new AssertionError("a BPF ring reports no loss");
        }
      };

  @Test
  void drain_atEveryOffset() {
    for (long start = 0; start < SIZE; start += 8) {
      for (int length = 1; length <= SIZE - 8; length++) {
        records.clear();
        RingCursor cursor = at(start);
        write(length, 0, (byte) 7);
        assertEquals(1, cursor.drain(collecting));
        assertEquals(List.of(length + "x7"), records);
        assertEquals(head(), tail());
      }
    }
  }

  @Test
  void drain_stopsAtBusyRecord() {
    RingCursor cursor = at(0);
    write(8, 0, (byte) 1);
    long busy = head();
    write(8, BUSY, (byte) 2);
    write(8, 0, (byte) 3);
    assertEquals(1, cursor.drain(collecting));
    assertEquals(0, cursor.drain(collecting));
    assertEquals(busy, tail());
    assertEquals(32, cursor.available());
    header(busy, 8);
    assertEquals(2, cursor.drain(collecting));
    assertEquals(List.of("8x1", "8x2", "8x3"), records);
  }

  @Test
  void drain_skipsDiscardedRecords() {
    RingCursor cursor = at(0);
    write(24, DISCARD, (byte) 1);
    write(3, 0, (byte) 2);
    write(24, DISCARD, (byte) 3);
    assertEquals(1, cursor.drain(collecting));
    assertEquals(List.of("3x2"), records);
    assertEquals(head(), tail());
  }

  @Test
  void drain_pastEveryPowerOfTwo() {
    for (long start : new long[] {1L << 31, 1L << 32, Long.MAX_VALUE - 7, -8, -256}) {
      RingCursor cursor = at(start);
      for (int i = 0; i < 100; i++) {
        write(1 + i, 0, (byte) i);
        assertEquals(1, cursor.drain(collecting));
      }
    }
  }

  @Test
  void drain_consumerThrows_continuesAfterRecord() {
    RingCursor cursor = at(0);
    write(8, 0, (byte) 1);
    write(8, 0, (byte) 2);
    assertThrows(
        IllegalStateException.class,
        () ->
            cursor.drain(
                new RingConsumer() {
                  @Override
                  public void record(int cpu, MemorySegment payload) {
                    throw new IllegalStateException();
                  }

                  @Override
                  public void lost(int cpu, long count) {}
                }));
    assertEquals(1, cursor.drain(collecting));
    assertEquals(List.of("8x2"), records);
  }

  @Property(tries = 2000)
  void drain_arbitraryMemory_ends(@ForAll long seed) {
    Random random = new Random(seed);
    RingCursor cursor = at(random.nextInt(4) * 8L);
    for (int i = 0; i < 2 * SIZE; i++) {
      data.set(ValueLayout.JAVA_BYTE, i, (byte) (random.nextInt(3) == 0 ? random.nextInt() : 0));
    }
    producer.set(ValueLayout.JAVA_LONG, 0, tail() + random.nextInt(2 * SIZE));
    RingConsumer reading =
        new RingConsumer() {
          @Override
          public void record(int cpu, MemorySegment payload) {
            assertTrue(payload.byteSize() <= SIZE);
          }

          @Override
          public void lost(int cpu, long count) {}
        };
    try {
      assertTrue(cursor.drain(reading) <= SIZE / 8);
    } catch (BpfException e) {
      assertTrue(String.valueOf(e.getMessage()).contains("something else writes"), e.toString());
    }
  }

  @Test
  void sizeNotTwicePowerOfTwo_throws() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new RingCursor(consumer, producer, data.asSlice(0, 48)));
  }
}
