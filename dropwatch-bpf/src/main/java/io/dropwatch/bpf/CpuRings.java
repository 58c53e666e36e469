package io.dropwatch.bpf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * One ring for each online CPU, while CPUs go online and offline.
 *
 * <p>When a CPU goes offline, the kernel disables its perf event for good: its ring is drained and
 * closed, and the CPU needs a new one when it is online again. A CPU that went offline and online
 * between two checks keeps a ring that the kernel no longer writes into. Only the failed writes of
 * the programs there show that. For the reading thread only.
 */
final class CpuRings {
  private static final long UNKNOWN = -1;

  /** The ring of one CPU. */
  interface CpuRing extends AutoCloseable {
    /** {@return the number of the CPU} */
    int cpu();

    /**
     * Delivers the records present at the call.
     *
     * @return the number of records delivered
     */
    int drain(RingConsumer consumer);

    /** {@return the number of records of unknown types, which were skipped} */
    long skipped();

    /** Removes the ring from the map and releases its memory with the records in it. */
    @Override
    void close();
  }

  private static final class Entry {
    final CpuRing ring;
    long failedWrites = UNKNOWN;
    boolean dead;

    Entry(CpuRing ring) {
      this.ring = ring;
    }
  }

  private final List<Entry> rings = new ArrayList<>();
  private final IntFunction<CpuRing> opener;
  private final Consumer<String> warning;
  private int[] online = {};
  private long skippedByClosed;
  private boolean settled = true;
  private boolean warned;

  /**
   * Creates an empty set.
   *
   * @param opener opens the ring of a CPU; throws {@link BpfException} if that fails for now
   * @param warning called for the first online CPU whose ring cannot be opened; must not throw
   */
  CpuRings(IntFunction<CpuRing> opener, Consumer<String> warning) {
    this.opener = opener;
    this.warning = warning;
  }

  /** Sets the online CPUs, in ascending order; takes effect in {@link #settle}. */
  void online(int[] cpus) {
    online = cpus.clone();
    settled = false;
  }

  /**
   * Sets how many records programs failed to write because there was no ring, by CPU. If the number
   * grows while there is a ring, that ring is dead. The first number after a ring was opened is
   * only the baseline, as the failures may be older than the ring.
   */
  void failedWrites(long[] byCpu) {
    for (Entry entry : rings) {
      int cpu = entry.ring.cpu();
      if (cpu < byCpu.length) {
        entry.dead |= entry.failedWrites != UNKNOWN && byCpu[cpu] > entry.failedWrites;
        entry.failedWrites = byCpu[cpu];
        settled &= !entry.dead;
      }
    }
  }

  /**
   * Drains and closes the rings of offline CPUs and dead rings, and opens missing ones. Those that
   * fail are tried again by the next call.
   *
   * @param closed whether the consumer has closed the whole ring
   * @return the number of records delivered
   */
  int settle(RingConsumer consumer, BooleanSupplier closed) {
    if (settled) {
      return 0;
    }
    int delivered = 0;
    for (int i = rings.size() - 1; i >= 0; i--) {
      Entry entry = rings.get(i);
      if (entry.dead || Arrays.binarySearch(online, entry.ring.cpu()) < 0) {
        delivered += entry.ring.drain(consumer);
        if (closed.getAsBoolean()) {
          return delivered;
        }
        skippedByClosed += entry.ring.skipped();
        rings.remove(i);
        entry.ring.close();
      }
    }
    settled = true;
    for (int cpu : online) {
      if (rings.stream().noneMatch(entry -> entry.ring.cpu() == cpu)) {
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
      if (!warned && !isOffline(e)) {
        warned = true;
        warning.accept(
            "CPU %d has no ring, so its events are lost; opening one is retried ten times a second. %s"
                .formatted(cpu, e.getMessage()));
      }
      return false;
    }
  }

  /** Whether the CPU went offline meanwhile, or its perf events are not ready yet. */
  static boolean isOffline(BpfException e) {
    Errno errno = e.errno();
    return errno != null && errno.number() == Errno.ENODEV;
  }

  /**
   * Delivers the records present at the call, ring by ring.
   *
   * @param closed whether the consumer has closed the whole ring, which ends this early
   * @return the number of records delivered
   */
  int drain(RingConsumer consumer, BooleanSupplier closed) {
    int delivered = 0;
    for (int i = 0; i < rings.size() && !closed.getAsBoolean(); i++) {
      delivered += rings.get(i).ring.drain(consumer);
    }
    return delivered;
  }

  /** Adds a ring that was just opened. */
  void add(CpuRing ring) {
    rings.add(new Entry(ring));
  }

  /** {@return whether every online CPU has a live ring, and no other CPU has one} */
  boolean isSettled() {
    return settled;
  }

  /** {@return the number of CPUs that have a ring} */
  int size() {
    return rings.size();
  }

  /** {@return the number of records of unknown types, which were skipped} */
  long skipped() {
    return skippedByClosed + rings.stream().mapToLong(entry -> entry.ring.skipped()).sum();
  }

  /** Closes all rings. */
  void close() {
    rings.forEach(entry -> entry.ring.close());
    rings.clear();
  }
}
