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

/** CPUs that come and go, without a kernel. */
final class CpuRingsTest {
  private final class Fake implements CpuRing {
    final int cpu;
    int records;
    boolean closed;

    Fake(int cpu) {
      this.cpu = cpu;
    }

    @Override
    public int cpu() {
      return cpu;
    }

    @Override
    public int drain(RingConsumer consumer) {
      assertFalse(closed, "read after its end");
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
      closedRings++;
    }
  }

  private final Map<Integer, Fake> opened = new HashMap<>();
  private final Set<Integer> refused = new HashSet<>();
  private final List<Integer> heard = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private int errno = 24;
  private final RingConsumer hearing =
      new RingConsumer() {
        @Override
        public void record(int cpu, MemorySegment payload) {
          heard.add(cpu);
          if (throwing) {
            throw new IllegalStateException("a bad consumer");
          }
          over |= closing;
        }

        @Override
        public void lost(int cpu, long count) {}
      };
  private final CpuRings rings = new CpuRings(this::open, warnings::add);
  private int closedRings;
  private boolean throwing;
  private boolean closing;
  private boolean over;

  private CpuRing open(int cpu) {
    if (refused.contains(cpu)) {
      throw new BpfException("cannot open a ring", Errno.of(-errno));
    }
    Fake ring = new Fake(cpu);
    opened.put(cpu, ring);
    return ring;
  }

  private int settle() {
    return rings.settle(hearing, () -> over);
  }

  private Fake ring(int cpu) {
    return Objects.requireNonNull(opened.get(cpu));
  }

  private void start(int... cpus) {
    rings.online(cpus);
    assertEquals(0, settle());
    assertTrue(rings.isSettled());
  }

  @Test
  void aCpuThatComesGetsARing() {
    start(0, 2);
    rings.online(new int[] {0, 1, 2});
    settle();
    assertEquals(3, rings.size());
    ring(1).records = 2;
    assertEquals(2, rings.drain(hearing, () -> over));
    assertEquals(List.of(1, 1), heard);
    assertEquals(0, closedRings);
  }

  @Test
  void theRingOfACpuThatGoesIsEmptiedAndGivenBack() {
    start(0, 1);
    ring(0).records = 1;
    ring(1).records = 3;
    rings.online(new int[] {0});
    assertEquals(3, settle());
    assertEquals(List.of(1, 1, 1), heard);
    assertTrue(ring(1).closed);
    assertFalse(ring(0).closed);
    assertEquals(2, rings.skipped(), "what a ring that is gone has passed over counts on");
  }

  @Test
  void aCpuThatCannotHaveARingYetIsTriedAgain() {
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
  void theFirstTimeThatACpuGetsNoRingIsTold() {
    start(0);
    refused.add(1);
    refused.add(2);
    rings.online(new int[] {0, 1, 2});
    settle();
    settle();
    assertEquals(
        List.of(
            "CPU 1 has no ring, and its events are lost until it has: it is tried again ten times a"
                + " second. cannot open a ring: EMFILE (Too many open files)"),
        warnings);
  }

  @Test
  void aCpuThatWentAgainIsNothingToTell() {
    start(0);
    errno = 19;
    refused.add(1);
    rings.online(new int[] {0, 1});
    settle();
    assertFalse(rings.isSettled());
    assertEquals(List.of(), warnings);
  }

  @Test
  void aCpuThatWasOffAndOnAgainIsKnownByWhatItCouldNotWrite() {
    start(0, 1);
    rings.unwritten(new long[] {0, 0});
    settle();
    Fake dead = ring(1);
    dead.records = 2;
    rings.unwritten(new long[] {0, 5});
    assertFalse(rings.isSettled());
    assertEquals(2, settle());
    assertTrue(dead.closed);
    assertFalse(ring(1).closed);
    assertEquals(2, rings.size());

    // These 5, and those until the new one was there, are no sign against the new one.
    rings.unwritten(new long[] {0, 7});
    assertTrue(rings.isSettled());
    rings.unwritten(new long[] {0, 7});
    assertTrue(rings.isSettled());
    assertEquals(1, closedRings);
  }

  @Test
  void whatWasLostBeforeARingWasThereIsNoSignAgainstIt() {
    start(0);
    rings.unwritten(new long[] {0, 9});
    rings.online(new int[] {0, 1});
    settle();
    rings.unwritten(new long[] {0, 20});
    assertTrue(rings.isSettled());
    // Of a kernel that numbers more CPUs than it has counters for.
    rings.unwritten(new long[] {0});
    assertTrue(rings.isSettled());
    assertEquals(0, closedRings);
  }

  @Test
  void aDeadRingIsToldOnceAndStaysDeadUntilItIsRenewed() {
    start(0, 1);
    rings.unwritten(new long[] {0, 0});
    rings.unwritten(new long[] {0, 3});
    rings.unwritten(new long[] {0, 3});
    assertFalse(rings.isSettled());
    settle();
    assertEquals(1, closedRings);
  }

  @Test
  void aConsumerThatThrowsKeepsTheRingForTheNextTime() {
    start(0, 1);
    ring(1).records = 3;
    rings.online(new int[] {0});
    throwing = true;
    assertThrows(IllegalStateException.class, this::settle);
    assertFalse(ring(1).closed);
    throwing = false;
    assertEquals(2, settle());
    assertTrue(ring(1).closed);
    assertEquals(3, heard.size());
  }

  @Test
  void aConsumerThatClosesLeavesTheRestToWhoGivesAllBack() {
    start(0, 1);
    ring(1).records = 1;
    rings.online(new int[] {0});
    closing = true;
    assertEquals(1, settle());
    assertEquals(0, rings.drain(hearing, () -> over));
    assertEquals(0, closedRings);
    rings.close();
    assertEquals(2, closedRings);
  }
}
