package io.dropwatch.bpf;

import io.dropwatch.bpf.libbpf.gen.LibbpfHeaders;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A BPF ring buffer: a map of type RINGBUF (Linux 5.8), one ring for all CPUs. It needs no
 * perf_event_open(2), works on CPUs that go online later, and delivers the records of all CPUs in
 * the order in which they were written.
 *
 * <p>The program decides when the reader is woken, by the flags of bpf_ringbuf_output(). To save
 * wakeups it passes BPF_RB_NO_WAKEUP until enough bytes wait, and BPF_RB_FORCE_WAKEUP with the
 * record that reaches that number. Records without a wakeup are read when the timeout of {@link
 * #poll} has elapsed.
 */
public final class BpfRing extends EventRing {
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
    this.ready = mapping.allocate(2 * LibcCalls.EPOLL_EVENT_BYTES, Long.BYTES);
    int page = LibbpfCalls.pageSize();
    MemorySegment control = map(mapping, mapFd, page, true, 0);
    MemorySegment data = map(mapping, mapFd, page + 2L * bytes, false, page);
    this.cursor =
        new RingCursor(control, data.asSlice(0, page).asReadOnly(), data.asSlice(page, 2L * bytes));
  }

  private static MemorySegment map(
      Arena mapping, int fd, long bytes, boolean writable, long offset) {
    long address =
        NativeCall.check(
            "cannot map " + bytes + " bytes of a BPF ring",
            () -> LibcCalls.map(fd, bytes, writable, offset),
            Preflight::ringCause);
    return MemorySegment.ofAddress(address).reinterpret(bytes, mapping, LibcCalls::unmap);
  }

  /**
   * {@return whether the running kernel has maps of this type and lets this process create one}
   *
   * @throws BpfException if libbpf is missing or too old
   */
  public static boolean isSupported() {
    Libbpf.require();
    return LibbpfCalls.probeMapType(LibbpfHeaders.BPF_MAP_TYPE_RINGBUF()) == 1;
  }

  /**
   * Opens the ring of a map. The size of the ring is that of the map: see {@link BpfMap#resize}.
   *
   * @param map a map of type RINGBUF in a loaded object; the ring stays readable after the object
   *     was closed
   * @param wakeupBytes the number of waiting bytes at which the program wakes the reader, or less;
   *     if as many wait, {@link #poll} does not wait. At least 1
   * @throws IllegalArgumentException if the map is of another type, or wakeupBytes is less than 1
   * @throws IllegalStateException if the map's object is not loaded
   * @throws BpfException if the kernel refuses
   */
  public static BpfRing open(BpfMap map, int wakeupBytes) {
    if (wakeupBytes < 1) {
      throw new IllegalArgumentException("wakeupBytes must be at least 1, was " + wakeupBytes);
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
      wakeFd = (int) NativeCall.check(operation, LibcCalls::eventFd);
      epollFd = (int) NativeCall.check(operation, LibcCalls::epollCreate);
      int wake = wakeFd;
      int epoll = epollFd;
      // Edge-triggered: records without a wakeup wait for the timeout.
      NativeCall.check(operation, () -> LibcCalls.epollAdd(epoll, mapFd, true));
      NativeCall.check(operation, () -> LibcCalls.epollAdd(epoll, wake, false));
      return new BpfRing(mapping, mapFd, epoll, wake, bytes, wakeupBytes);
    } catch (Throwable e) {
      release(mapping, mapFd, epollFd);
      if (wakeFd >= 0) {
        LibcCalls.close(wakeFd);
      }
      throw e;
    }
  }

  /** {@return the size of the ring in bytes, a power of two} */
  public int bytes() {
    return bytes;
  }

  @Override
  int deliver(RingConsumer consumer) {
    return cursor.drain(consumer);
  }

  @Override
  void await(int timeoutMillis) {
    // The wakeup for these may have come before the wait.
    if (cursor.available() >= wakeupBytes) {
      return;
    }
    int status = LibcCalls.epollWait(epollFd, ready, timeoutMillis);
    // A signal ends the wait like a timeout.
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
      LibcCalls.close(epollFd);
    }
    LibcCalls.close(mapFd);
  }
}
