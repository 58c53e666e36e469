package io.dropwatch.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** {@link CpuRings} with fake rings. No privileges. */
final class CpuRingsTest {
  private final class FakeRing implements CpuRings.CpuRing {
    final int cpu;
    int records;
    boolean closed;

    FakeRing(int cpu) {
      this.cpu = cpu;
    }

    @Override
    public int cpu() {
      return cpu;
    }

    @Override
    public int drain(RingConsumer consumer) {
      assertFalse(closed, "drained after close");
      int there = records;
      while (records > 0) {
        records--;
        consumer.record(cpu, MemorySegment.NULL);
      }
      return there;
    }

    @Override
    public long skipped() {
      return 1;
    }

    @Override
    public void close() {
      assertFalse(closed, "closed twice");
      closed = true;
      closeCount++;
    }
  }

  private final Map<Integer, FakeRing> opened = new HashMap<>();
  private final Set<Integer> refused = new HashSet<>();
  private final List<Integer> delivered = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private int errno = 24;
  private final RingConsumer collecting =
      new RingConsumer() {
        @Override
        public void record(int cpu, MemorySegment payload) {
          delivered.add(cpu);
          if (throwing) {
            throw new IllegalStateException("from the consumer");
          }
          closed |= closing;
        }

        @Override
        public void lost(int cpu, long count) {}
      };
  private final CpuRings rings = new CpuRings(this::open, warnings::add);
  private int closeCount;
  private boolean throwing;
  private boolean closing;
  private boolean closed;

  private CpuRings.CpuRing open(int cpu) {
    if (refused.contains(cpu)) {
      throw new BpfException("cannot open a ring", Errno.of(-errno));
    }
    FakeRing ring = new FakeRing(cpu);
    opened.put(cpu, ring);
    return ring;
  }

  private int settle() {
    return rings.settle(collecting, () -> closed);
  }

  private FakeRing ring(int cpu) {
    return Objects.requireNonNull(opened.get(cpu));
  }

  private void start(int... cpus) {
    rings.online(cpus);
    assertEquals(0, settle());
    assertTrue(rings.isSettled());
  }

  @Test
  void onlineCpu_getsRing() {
    start(0, 2);
    rings.online(new int[] {0, 1, 2});
    settle();
    assertEquals(3, rings.size());
    ring(1).records = 2;
    assertEquals(2, rings.drain(collecting, () -> closed));
    assertEquals(List.of(1, 1), delivered);
    assertEquals(0, closeCount);
  }

  @Test
  void offlineCpu_ringIsDrainedAndClosed() {
    start(0, 1);
    ring(0).records = 1;
    ring(1).records = 3;
    rings.online(new int[] {0});
    assertEquals(3, settle());
    assertEquals(List.of(1, 1, 1), delivered);
    assertTrue(ring(1).closed);
    assertFalse(ring(0).closed);
    assertEquals(2, rings.skipped(), "the skipped records of closed rings still count");
  }

  @Test
  void failedOpen_isRetried() {
    start(0);
    refused.add(1);
    rings.online(new int[] {0, 1});
    settle();
    settle();
    assertFalse(rings.isSettled());
    assertEquals(1, rings.size());
    refused.clear();
    settle();
    assertTrue(rings.isSettled());
    assertEquals(2, rings.size());
  }

  @Test
  void failedOpen_warnsOnce() {
    start(0);
    refused.add(1);
    refused.add(2);
    rings.online(new int[] {0, 1, 2});
    settle();
    settle();
    assertEquals(
        List.of(
            "CPU 1 has no ring, so its events are lost; opening one is retried ten times a second."
                + " cannot open a ring: EMFILE (Too many open files)"),
        warnings);
  }

  @Test
  void failedOpen_becauseCpuIsOffline_doesNotWarn() {
    start(0);
    errno = 19;
    refused.add(1);
    rings.online(new int[] {0, 1});
    settle();
    assertFalse(rings.isSettled());
    assertEquals(List.of(), warnings);
  }

  @Test
  void growingFailedWrites_reopensRing() {
    start(0, 1);
    rings.failedWrites(new long[] {0, 0});
    settle();
    FakeRing dead = ring(1);
    dead.records = 2;
    rings.failedWrites(new long[] {0, 5});
    assertFalse(rings.isSettled());
    assertEquals(2, settle());
    assertTrue(dead.closed);
    assertFalse(ring(1).closed);
    assertEquals(2, rings.size());

    // These 5, and failures until the new ring was open, say nothing about the new ring.
    rings.failedWrites(new long[] {0, 7});
    assertTrue(rings.isSettled());
    rings.failedWrites(new long[] {0, 7});
    assertTrue(rings.isSettled());
    assertEquals(1, closeCount);
  }

  @Test
  void failedWritesBeforeOpen_keepRing() {
    start(0);
    rings.failedWrites(new long[] {0, 9});
    rings.online(new int[] {0, 1});
    settle();
    rings.failedWrites(new long[] {0, 20});
    assertTrue(rings.isSettled());
    // Fewer counters than CPU numbers.
    rings.failedWrites(new long[] {0});
    assertTrue(rings.isSettled());
    assertEquals(0, closeCount);
  }

  @Test
  void deadRing_staysDeadUntilSettled() {
    start(0, 1);
    rings.failedWrites(new long[] {0, 0});
    rings.failedWrites(new long[] {0, 3});
    rings.failedWrites(new long[] {0, 3});
    assertFalse(rings.isSettled());
    settle();
    assertEquals(1, closeCount);
  }

  @Test
  void settle_consumerThrows_keepsRing() {
    start(0, 1);
    ring(1).records = 3;
    rings.online(new int[] {0});
    throwing = true;
    assertThrows(IllegalStateException.class, this::settle);
    assertFalse(ring(1).closed);
    throwing = false;
    assertEquals(2, settle());
    assertTrue(ring(1).closed);
    assertEquals(3, delivered.size());
  }

  @Test
  void settle_consumerCloses_leavesRings() {
    start(0, 1);
    ring(1).records = 1;
    rings.online(new int[] {0});
    closing = true;
    assertEquals(1, settle());
    assertEquals(0, rings.drain(collecting, () -> closed));
    assertEquals(0, closeCount);
    rings.close();
    assertEquals(2, closeCount);
  }
}
