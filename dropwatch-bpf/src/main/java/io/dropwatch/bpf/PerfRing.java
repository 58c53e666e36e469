package io.dropwatch.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The perf rings of a map of type PERF_EVENT_ARRAY, one for each online CPU. libbpf opens and maps
 * them; the records are read in Java, from the mapping.
 *
 * <p>CPUs may go online and offline: the reader checks ten times a second. Until it has checked,
 * programs on a new CPU cannot write; the output helper returns ENOENT or EOPNOTSUPP. Records that
 * were written before a CPU went offline are delivered.
 */
public final class PerfRing extends EventRing {
  /** The interval of the checks for CPUs that went online or offline. */
  private static final int CHECK_MILLIS = 100;

  private static final long CHECK_NANOS = CHECK_MILLIS * 1_000_000L;

  private final Arena memory = Arena.ofShared();
  private final PerfCpuRing.Plan plan;
  private final int epollFd;
  private final MemorySegment ready;
  private final OnlineCpus cpus;
  private final CpuRings rings;
  private final @Nullable Supplier<long[]> failedWrites;
  private long checkedAt = System.nanoTime();
  private boolean checked;

  private PerfRing(
      PerfCpuRing.Plan plan,
      int wakeFd,
      int epollFd,
      OnlineCpus cpus,
      @Nullable Supplier<long[]> failedWrites,
      Consumer<String> warning) {
    super(wakeFd);
    this.plan = plan;
    this.epollFd = epollFd;
    this.cpus = cpus;
    this.failedWrites = failedWrites;
    this.rings = new CpuRings(cpu -> PerfCpuRing.open(plan, cpu, epollFd), warning);
    this.ready = memory.allocate(2 * LibcCalls.EPOLL_EVENT_BYTES, Long.BYTES);
  }

  /**
   * Opens the rings of all online CPUs, without a count of failed writes and without warnings. A
   * CPU that goes offline and online within 100 ms stays without a ring.
   *
   * @see #open(BpfMap, int, Wakeup, Supplier, Consumer)
   */
  public static PerfRing open(BpfMap map, int bytesPerCpu, Wakeup wakeup) {
    return open(map, bytesPerCpu, wakeup, null, _ -> {});
  }

  /**
   * Opens the rings of all online CPUs and puts them into the map.
   *
   * @param map a map of type PERF_EVENT_ARRAY in a loaded object; the ring stays readable after the
   *     object was closed
   * @param bytesPerCpu size of each ring in bytes without its control page, 1 to 2^30; rounded up
   *     to a power of two of at least a page
   * @param wakeup when the kernel wakes the reader
   * @param failedWrites returns how many records programs failed to write because there was no ring
   *     (ENOENT, EOPNOTSUPP), indexed by CPU number; called on the reading thread, at most ten
   *     times a second. It reveals a CPU that went offline and online between two checks. Null if
   *     unknown
   * @param warning called on the reading thread, at most once, when the ring of a new CPU cannot be
   *     opened, which is retried; must not throw
   * @throws IllegalArgumentException if the map is of another type, a size is out of range, or the
   *     wakeup is after more bytes than the ring has
   * @throws IllegalStateException if the map's object is not loaded
   * @throws BpfException if the kernel refuses
   */
  public static PerfRing open(
      BpfMap map,
      int bytesPerCpu,
      Wakeup wakeup,
      @Nullable Supplier<long[]> failedWrites,
      Consumer<String> warning) {
    Objects.requireNonNull(warning, "warning");
    if (bytesPerCpu < 1 || bytesPerCpu > 1 << 30) {
      throw new IllegalArgumentException(
          "bytesPerCpu must be between 1 and 2^30, was " + bytesPerCpu);
    }
    String operation = "cannot open perf rings of " + bytesPerCpu + " bytes on map " + map.name();
    if (!map.isPerfEventArray()) {
      throw new IllegalArgumentException("map " + map.name() + " is not of type PERF_EVENT_ARRAY");
    }
    long needed = (bytesPerCpu - 1L) / LibbpfCalls.pageSize() + 1;
    long pages = Long.highestOneBit(needed) == needed ? needed : Long.highestOneBit(needed) << 1;
    long bytes = pages * LibbpfCalls.pageSize();
    if (wakeup.inBytes() && wakeup.count() > bytes) {
      throw new IllegalArgumentException(
          "wakeup must be after at most the ring's " + bytes + " bytes, was after " + wakeup);
    }
    OnlineCpus cpus = OnlineCpus.open();
    // A duplicate: libbpf removes the rings from the map when it frees them, and by then the object
    // may be closed and its descriptor another file's.
    int mapFd = -1;
    int wakeFd = -1;
    int epollFd = -1;
    PerfRing ring;
    try {
      mapFd = map.duplicateFd();
      wakeFd = (int) NativeCall.check(operation, LibcCalls::eventFd);
      epollFd = (int) NativeCall.check(operation, LibcCalls::epollCreate);
      int wake = wakeFd;
      int epoll = epollFd;
      NativeCall.check(operation, () -> LibcCalls.epollAdd(epoll, wake, false));
      ring =
          new PerfRing(
              new PerfCpuRing.Plan(operation, mapFd, pages, wakeup),
              wake,
              epoll,
              cpus,
              failedWrites,
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
        LibcCalls.close(fd);
      }
    }
  }

  private void openFirst() {
    int[] online = cpus.next();
    BpfException offline = null;
    rings.online(online == null ? new int[0] : online);
    for (int cpu : online == null ? new int[0] : online) {
      try {
        rings.add(PerfCpuRing.open(plan, cpu, epollFd));
      } catch (BpfException e) {
        if (!CpuRings.isOffline(e)) {
          throw e;
        }
        offline = e;
      }
    }
    if (rings.size() == 0 && offline != null) {
      throw offline;
    }
  }

  /** {@return the size of each ring in bytes, after rounding} */
  public int bytesPerCpu() {
    return (int) (plan.pages() * LibbpfCalls.pageSize());
  }

  /** {@return the number of CPUs that have a ring now} */
  public int cpus() {
    return (int) asReader(rings::size);
  }

  /**
   * {@return the number of records of unknown types, which were skipped; 0 on all known kernels}
   */
  public long skipped() {
    return asReader(rings::skipped);
  }

  @Override
  int deliver(RingConsumer consumer) {
    int delivered = 0;
    if (isCheckDue()) {
      check();
    }
    if (checked) {
      checked = false;
      delivered = rings.settle(consumer, this::isClosed);
    }
    return delivered + rings.drain(consumer, this::isClosed);
  }

  private boolean isCheckDue() {
    return System.nanoTime() - checkedAt >= CHECK_NANOS;
  }

  private void check() {
    checkedAt = System.nanoTime();
    checked = true;
    int[] online = cpus.next();
    if (online != null) {
      rings.online(online);
    }
    if (failedWrites != null) {
      rings.failedWrites(failedWrites.get());
    }
  }

  @Override
  void await(int timeoutMillis) {
    long start = System.nanoTime();
    long left = timeoutMillis;
    do {
      int status = LibcCalls.epollWait(epollFd, ready, (int) Math.min(left, CHECK_MILLIS));
      // A signal ends the wait like a timeout.
      if (status < 0 && status != -Errno.EINTR) {
        throw new BpfException("cannot wait for perf rings", Errno.of(status));
      }
      if (status != 0) {
        return;
      }
      if (isCheckDue()) {
        check();
      }
      left = timeoutMillis - (System.nanoTime() - start) / 1_000_000;
    } while (left > 0 && rings.isSettled());
  }

  @Override
  void free() {
    rings.close();
    cpus.close();
    memory.close();
    closeAll(epollFd, plan.mapFd());
  }
}
