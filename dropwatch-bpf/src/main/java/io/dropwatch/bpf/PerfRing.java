package io.dropwatch.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The perf rings behind a map of type PERF_EVENT_ARRAY, one for each CPU that runs. libbpf opens
 * and maps them; the records are read here, from the mapping.
 *
 * <p>CPUs may come and go: whoever reads the ring looks ten times a second. What programs write on
 * a CPU that came a moment ago fails until then, and the output helper's result in the program
 * tells (ENOENT, EOPNOTSUPP). What was written on a CPU before it went is delivered.
 */
public final class PerfRing extends GuardedRing {
  /** How often CPUs are looked at. */
  private static final int LOOK_MILLIS = 100;

  private static final long LOOK_NANOS = LOOK_MILLIS * 1_000_000L;

  private final Arena memory = Arena.ofShared();
  private final PerfCpuRing.Plan plan;
  private final int epollFd;
  private final MemorySegment ready;
  private final CpuChanges changes;
  private final CpuRings rings;
  private final @Nullable Supplier<long[]> unwritten;
  private long lookedAt = System.nanoTime();
  private boolean looked;

  private PerfRing(
      PerfCpuRing.Plan plan,
      int wakeFd,
      int epollFd,
      CpuChanges changes,
      @Nullable Supplier<long[]> unwritten,
      Consumer<String> warning) {
    super(wakeFd);
    this.plan = plan;
    this.epollFd = epollFd;
    this.changes = changes;
    this.unwritten = unwritten;
    this.rings = new CpuRings(cpu -> PerfCpuRing.open(plan, cpu, epollFd), warning);
    this.ready = memory.allocate(2 * SystemCalls.EPOLL_EVENT_BYTES, Long.BYTES);
  }

  /**
   * Opens the rings, waking the reader after a number of records.
   *
   * @see #open(BpfMap, int, Wakeup)
   */
  public static PerfRing open(BpfMap map, int bytesPerCpu, int wakeupEvents) {
    return open(map, bytesPerCpu, new Wakeup.AfterRecords(wakeupEvents));
  }

  /**
   * Opens the rings, with nobody who counts what could not be written: a CPU that goes and comes
   * again within 100 ms stays without a ring. Nor is anybody warned.
   *
   * @see #open(BpfMap, int, Wakeup, Supplier, Consumer)
   */
  public static PerfRing open(BpfMap map, int bytesPerCpu, Wakeup wakeup) {
    return open(map, bytesPerCpu, wakeup, null, _ -> {});
  }

  /**
   * Opens the rings of all CPUs that are online and puts them into the map.
   *
   * @param map of type PERF_EVENT_ARRAY, in a loaded object; the ring stays readable when the
   *     object is closed
   * @param bytesPerCpu size of each ring without its control page, 1 to 2^30, rounded up to a power
   *     of two of at least a page
   * @param unwritten how many records programs could not write for want of a ring (ENOENT,
   *     EOPNOTSUPP), by the CPU's number; asked by the reader, ten times a second at most. It shows
   *     a CPU that went and came again between two looks; null: nobody knows
   * @param warning told, by the reader and once, that a CPU which came later gets no ring; it is
   *     tried again. Throws nothing
   * @throws BpfException if the map is of another type, or the kernel refuses
   * @throws IllegalStateException if the map's object is not loaded
   */
  public static PerfRing open(
      BpfMap map,
      int bytesPerCpu,
      Wakeup wakeup,
      @Nullable Supplier<long[]> unwritten,
      Consumer<String> warning) {
    if (bytesPerCpu < 1 || bytesPerCpu > 1 << 30) {
      throw new IllegalArgumentException("a ring of " + bytesPerCpu + " bytes, not of 1 to 2^30");
    }
    String operation = "cannot open perf rings of " + bytesPerCpu + " bytes on map " + map.name();
    if (!map.isPerfEventArray()) {
      throw new IllegalArgumentException("map " + map.name() + " is not of type PERF_EVENT_ARRAY");
    }
    long needed = (bytesPerCpu - 1L) / Downcalls.pageSize() + 1;
    long pages = Long.highestOneBit(needed) == needed ? needed : Long.highestOneBit(needed) << 1;
    OnlineCpus cpus = OnlineCpus.open();
    // Its own descriptor: libbpf takes the rings out of the map again when they are freed, and by
    // then the object may be closed and the number be another file's.
    int mapFd = -1;
    int wakeFd = -1;
    int epollFd = -1;
    PerfRing ring;
    try {
      mapFd = map.duplicateFd();
      wakeFd = (int) Attempt.run(operation, SystemCalls::eventFd);
      epollFd = (int) Attempt.run(operation, SystemCalls::epollCreate);
      int wake = wakeFd;
      int epoll = epollFd;
      Attempt.run(operation, () -> SystemCalls.epollAdd(epoll, wake, false));
      ring =
          new PerfRing(
              new PerfCpuRing.Plan(operation, mapFd, pages, wakeup),
              wake,
              epoll,
              cpus,
              unwritten,
              warning);
    } catch (Throwable e) {
      cpus.close();
      closeAll(mapFd, wakeFd, epollFd);
      throw e;
    }
    try {
      ring.openFirst();
      return ring;
    } catch (Throwable e) {
      ring.close();
      throw e;
    }
  }

  private static void closeAll(int... descriptors) {
    for (int fd : descriptors) {
      if (fd >= 0) {
        SystemCalls.close(fd);
      }
    }
  }

  private void openFirst() {
    int[] cpus = changes.next();
    BpfException gone = null;
    rings.online(cpus == null ? new int[0] : cpus);
    for (int cpu : cpus == null ? new int[0] : cpus) {
      try {
        rings.add(PerfCpuRing.open(plan, cpu, epollFd));
      } catch (BpfException e) {
        if (!CpuRings.isGone(e)) {
          throw e;
        }
        gone = e;
      }
    }
    if (rings.size() == 0 && gone != null) {
      throw gone;
    }
  }

  /** {@return the size of each ring in bytes, after rounding} */
  public int bytesPerCpu() {
    return (int) (plan.pages() * Downcalls.pageSize());
  }

  /** {@return how many CPUs have a ring now} */
  public int cpus() {
    return (int) asReader(rings::size);
  }

  /** {@return how many records of unknown types were passed over; 0 on every kernel known} */
  public long skipped() {
    return asReader(rings::skipped);
  }

  @Override
  int deliver(RingConsumer consumer) {
    int delivered = 0;
    if (isLookDue()) {
      look();
    }
    if (looked) {
      looked = false;
      delivered = rings.settle(consumer, this::isClosed);
    }
    return delivered + rings.drain(consumer, this::isClosed);
  }

  private boolean isLookDue() {
    return System.nanoTime() - lookedAt >= LOOK_NANOS;
  }

  private void look() {
    lookedAt = System.nanoTime();
    looked = true;
    int[] cpus = changes.next();
    if (cpus != null) {
      rings.online(cpus);
    }
    if (unwritten != null) {
      rings.unwritten(unwritten.get());
    }
  }

  @Override
  void await(int timeoutMillis) {
    long start = System.nanoTime();
    long left = timeoutMillis;
    do {
      int status = SystemCalls.epollWait(epollFd, ready, (int) Math.min(left, LOOK_MILLIS));
      // A signal is as good as a timeout: what is there is read then.
      if (status < 0 && status != -Errno.EINTR) {
        throw new BpfException("cannot wait for perf rings", Errno.of(status));
      }
      if (status != 0) {
        return;
      }
      if (isLookDue()) {
        look();
      }
      left = timeoutMillis - (System.nanoTime() - start) / 1_000_000;
    } while (left > 0 && rings.isSettled());
  }

  @Override
  void free() {
    rings.close();
    changes.close();
    memory.close();
    closeAll(epollFd, plan.mapFd());
  }
}
