package io.dropwatch.bpf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * A ring for each CPU that runs, while CPUs come and go.
 *
 * <p>When a CPU goes offline, the kernel takes its perf event off for good: its ring is emptied and
 * given back, and when it comes again it needs a new one. A CPU that was off and on again between
 * two looks keeps a ring that nothing is written into; that shows only in what programs there could
 * not write. For the reader only.
 */
final class CpuRings {
  private static final long UNKNOWN = -1;

  private static final class Held {
    final CpuRing ring;
    long unwritten = UNKNOWN;
    boolean dead;

    Held(CpuRing ring) {
      this.ring = ring;
    }
  }

  private final List<Held> rings = new ArrayList<>();
  private final IntFunction<CpuRing> opener;
  private final Consumer<String> warning;
  private int[] online = {};
  private long skippedByGone;
  private boolean settled = true;
  private boolean warned;

  /**
   * No rings yet.
   *
   * @param opener opens the ring of a CPU; throws {@link BpfException} where that cannot be at the
   *     moment
   * @param warning told the first time that a CPU which runs gets no ring; throws nothing
   */
  CpuRings(IntFunction<CpuRing> opener, Consumer<String> warning) {
    this.opener = opener;
    this.warning = warning;
  }

  /** From now on these CPUs run, in ascending order; {@link #settle} follows. */
  void online(int[] cpus) {
    online = cpus.clone();
    settled = false;
  }

  /**
   * What programs could not write for want of a ring, by CPU. Where it grows while there is a ring,
   * that ring is dead. What is told first after a ring was opened is only where to count from: it
   * may belong to the time before.
   */
  void unwritten(long[] byCpu) {
    for (Held held : rings) {
      int cpu = held.ring.cpu();
      if (cpu < byCpu.length) {
        held.dead |= held.unwritten != UNKNOWN && byCpu[cpu] > held.unwritten;
        held.unwritten = byCpu[cpu];
        settled &= !held.dead;
      }
    }
  }

  /**
   * Empties and gives back the rings of CPUs that do not run and those that are dead, and opens
   * what is missing. What cannot be opened now is tried again by the next call.
   *
   * @param closed whether the consumer has closed everything
   * @return how many records were delivered
   */
  int settle(RingConsumer consumer, BooleanSupplier closed) {
    if (settled) {
      return 0;
    }
    int delivered = 0;
    for (int i = rings.size() - 1; i >= 0; i--) {
      Held held = rings.get(i);
      if (held.dead || Arrays.binarySearch(online, held.ring.cpu()) < 0) {
        delivered += held.ring.drain(consumer);
        if (closed.getAsBoolean()) {
          return delivered;
        }
        skippedByGone += held.ring.skipped();
        rings.remove(i);
        held.ring.close();
      }
    }
    settled = true;
    for (int cpu : online) {
      if (rings.stream().noneMatch(held -> held.ring.cpu() == cpu)) {
        settled &= open(cpu);
      }
    }
    return delivered;
  }

  // Whatever the reason, the other CPUs are still read; the program counts what it cannot write.
  private boolean open(int cpu) {
    try {
      add(opener.apply(cpu));
      return true;
    } catch (BpfException e) {
      if (!warned && !isGone(e)) {
        warned = true;
        warning.accept(
            "CPU %d has no ring, and its events are lost until it has: it is tried again ten times a second. %s"
                .formatted(cpu, e.getMessage()));
      }
      return false;
    }
  }

  /** Whether the CPU went offline meanwhile, or its perf events are not ready yet. */
  static boolean isGone(BpfException e) {
    Errno errno = e.errno();
    return errno != null && errno.number() == Errno.ENODEV;
  }

  /**
   * Delivers what was in the rings when it was called, ring by ring.
   *
   * @param closed whether the consumer has closed everything; ends it early
   * @return how many records were delivered
   */
  int drain(RingConsumer consumer, BooleanSupplier closed) {
    int delivered = 0;
    for (int i = 0; i < rings.size() && !closed.getAsBoolean(); i++) {
      delivered += rings.get(i).ring.drain(consumer);
    }
    return delivered;
  }

  /** One more, just opened. */
  void add(CpuRing ring) {
    rings.add(new Held(ring));
  }

  /** {@return whether every CPU that runs has a living ring, and no other has one} */
  boolean isSettled() {
    return settled;
  }

  /** {@return how many CPUs have a ring} */
  int size() {
    return rings.size();
  }

  /** {@return how many records of unknown types were passed over} */
  long skipped() {
    return skippedByGone + rings.stream().mapToLong(held -> held.ring.skipped()).sum();
  }

  /** Gives all of them back. */
  void close() {
    rings.forEach(held -> held.ring.close());
    rings.clear();
  }
}
