package io.dropwatch.bpf;

import io.dropwatch.bpf.libbpf.gen.LibbpfHeaders;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A BPF ring buffer: a map of type RINGBUF (Linux 5.8), one ring for all CPUs, read from the
 * mapping. It needs no perf_event_open(2), a CPU that comes online later writes into it like any
 * other, and records of different CPUs come in the order in which they were written.
 *
 * <p>The program decides when the reader is woken, with the flags of bpf_ringbuf_output(): to be
 * cheap it says BPF_RB_NO_WAKEUP until enough bytes wait, and BPF_RB_FORCE_WAKEUP for the record
 * that makes them enough. What lies in the ring without a wakeup is read when the time of {@link
 * #poll} is over.
 */
public final class BpfRing extends GuardedRing {
  private final Arena mapping;
  private final int mapFd;
  private final int epollFd;
  private final MemorySegment ready;
  private final RingCursor cursor;
  private final int bytes;
  private final int wakeupBytes;

  private BpfRing(Arena mapping, int mapFd, int epollFd, int wakeFd, int bytes, int wakeupBytes) {
    super(wakeFd);
    this.mapping = mapping;
    this.mapFd = mapFd;
    this.epollFd = epollFd;
    this.bytes = bytes;
    this.wakeupBytes = wakeupBytes;
    this.ready = mapping.allocate(2 * SystemCalls.EPOLL_EVENT_BYTES, Long.BYTES);
    int page = Downcalls.pageSize();
    MemorySegment control = map(mapping, mapFd, page, true, 0);
    MemorySegment data = map(mapping, mapFd, page + 2L * bytes, false, page);
    this.cursor =
        new RingCursor(control, data.asSlice(0, page).asReadOnly(), data.asSlice(page, 2L * bytes));
  }

  private static MemorySegment map(
      Arena mapping, int fd, long bytes, boolean writable, long offset) {
    long address =
        Attempt.run(
            "cannot map " + bytes + " bytes of a BPF ring",
            () -> SystemCalls.map(fd, bytes, writable, offset),
            Preflight::ringCause);
    return MemorySegment.ofAddress(address).reinterpret(bytes, mapping, SystemCalls::unmap);
  }

  /**
   * {@return whether the running kernel has such maps, and lets this process make one}
   *
   * @throws BpfException if libbpf is missing or too old
   */
  public static boolean isSupported() {
    Libbpf.require();
    return Downcalls.probeMapType(LibbpfHeaders.BPF_MAP_TYPE_RINGBUF()) == 1;
  }

  /**
   * Opens the ring of a map. Its size is the map's: see {@link BpfMap#resize}, bytes in a power of
   * two of at least a page.
   *
   * @param map of type RINGBUF, in a loaded object; the ring stays readable when the object is
   *     closed
   * @param wakeupBytes the number of waiting bytes from which the program wakes the reader, or
   *     fewer; as many do not let {@link #poll} wait
   * @throws BpfException if the map is of another type, or the kernel refuses
   * @throws IllegalStateException if the map's object is not loaded
   */
  public static BpfRing open(BpfMap map, int wakeupBytes) {
    if (wakeupBytes < 1) {
      throw new IllegalArgumentException("a wakeup after " + wakeupBytes + " bytes");
    }
    String operation = "cannot open the BPF ring of map " + map.name();
    if (!map.isRingBuffer()) {
      throw new IllegalArgumentException("map " + map.name() + " is not of type RINGBUF");
    }
    int bytes = map.maxEntries();
    int mapFd = map.duplicateFd();
    int wakeFd = -1;
    int epollFd = -1;
    Arena mapping = Arena.ofShared();
    try {
      wakeFd = (int) Attempt.run(operation, SystemCalls::eventFd);
      epollFd = (int) Attempt.run(operation, SystemCalls::epollCreate);
      int wake = wakeFd;
      int epoll = epollFd;
      // Each wakeup once: records that lie there without one are for the timeout.
      Attempt.run(operation, () -> SystemCalls.epollAdd(epoll, mapFd, true));
      Attempt.run(operation, () -> SystemCalls.epollAdd(epoll, wake, false));
      return new BpfRing(mapping, mapFd, epoll, wake, bytes, wakeupBytes);
    } catch (Throwable e) {
      release(mapping, mapFd, epollFd);
      if (wakeFd >= 0) {
        SystemCalls.close(wakeFd);
      }
      throw e;
    }
  }

  /** {@return the ring's size in bytes, for all CPUs together} */
  public int bytes() {
    return bytes;
  }

  @Override
  int deliver(RingConsumer consumer) {
    return cursor.drain(consumer);
  }

  @Override
  void await(int timeoutMillis) {
    // So many that the program has said so already, while they were not being waited for.
    if (cursor.available() >= wakeupBytes) {
      return;
    }
    int status = SystemCalls.epollWait(epollFd, ready, timeoutMillis);
    // A signal is as good as a timeout: what is there is read then.
    if (status < 0 && status != -Errno.EINTR) {
      throw new BpfException("cannot wait for a BPF ring", Errno.of(status));
    }
  }

  @Override
  void free() {
    release(mapping, mapFd, epollFd);
  }

  private static void release(Arena mapping, int mapFd, int epollFd) {
    mapping.close();
    if (epollFd >= 0) {
      SystemCalls.close(epollFd);
    }
    SystemCalls.close(mapFd);
  }
}
