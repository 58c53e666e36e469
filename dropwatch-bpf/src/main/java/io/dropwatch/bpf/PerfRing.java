package io.dropwatch.bpf;

import io.dropwatch.bpf.libbpf.gen.LibbpfHeaders;
import io.dropwatch.bpf.libbpf.gen.perf_buffer_raw_opts;
import io.dropwatch.bpf.libbpf.gen.perf_event_attr;
import io.dropwatch.bpf.libbpf.gen.pollfd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The perf rings behind a map of type PERF_EVENT_ARRAY, one for each CPU that is online when it is
 * opened. libbpf opens and maps them; the records are read here, from the mapping.
 *
 * <p>A CPU that comes online later has no ring: what programs send there fails, and the output
 * helper's result in the program tells.
 */
public final class PerfRing extends GuardedRing {
  /** Bit 14 of the bit-field in {@code struct perf_event_attr}: wakeup_watermark counts. */
  private static final long WATERMARK = 1L << 14;

  private static final long FLAGS_OFFSET = 40;

  private final Arena mapping;
  private final List<PerfCursor> cursors;
  private final MemorySegment buffer;
  private final int mapFd;
  private final MemorySegment descriptors;
  private final int bytesPerCpu;

  private PerfRing(Arena mapping, MemorySegment buffer, int mapFd, int wakeFd, int[] cpus) {
    super(wakeFd);
    this.mapping = mapping;
    this.buffer = buffer;
    this.mapFd = mapFd;
    this.cursors = new ArrayList<>();
    int page = Downcalls.pageSize();
    long size = 0;
    for (int i = 0; i < Downcalls.perfBufferCount(buffer); i++) {
      MemorySegment ring = Downcalls.perfMapping(buffer, i, mapping);
      size = ring.byteSize() - page;
      cursors.add(new PerfCursor(cpus[i], ring.asSlice(0, page), ring.asSlice(page, size)));
    }
    this.bytesPerCpu = (int) size;
    // An epoll descriptor is itself ready for poll(2) when one of its rings is.
    this.descriptors = mapping.allocate(pollfd.layout(), 2);
    listen(0, Downcalls.perfBufferEpollFd(buffer));
    listen(1, wakeFd);
  }

  private void listen(int index, int fd) {
    MemorySegment entry = pollfd.asSlice(descriptors, index);
    pollfd.fd(entry, fd);
    pollfd.events(entry, (short) LibbpfHeaders.POLLIN());
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
   * Opens the rings of all CPUs that are online and puts them into the map.
   *
   * @param map of type PERF_EVENT_ARRAY, in a loaded object; the ring stays readable when the
   *     object is closed
   * @param bytesPerCpu size of each ring without its control page, 1 to 2^30, rounded up to a power
   *     of two of at least a page
   * @throws BpfException if the map is of another type, or the kernel refuses
   * @throws IllegalStateException if the map's object is not loaded
   */
  public static PerfRing open(BpfMap map, int bytesPerCpu, Wakeup wakeup) {
    if (bytesPerCpu < 1 || bytesPerCpu > 1 << 30) {
      throw new IllegalArgumentException("a ring of " + bytesPerCpu + " bytes, not of 1 to 2^30");
    }
    String operation = "cannot open perf rings of " + bytesPerCpu + " bytes on map " + map.name();
    if (!map.isPerfEventArray()) {
      throw new BpfException(operation, "the map is not of type PERF_EVENT_ARRAY");
    }
    int[] cpus = OnlineCpus.read();
    int page = Downcalls.pageSize();
    long needed = (bytesPerCpu - 1L) / page + 1;
    long pages = Long.highestOneBit(needed) == needed ? needed : Long.highestOneBit(needed) << 1;
    // Its own descriptor: libbpf takes the rings out of the map again when they are freed, and by
    // then the object may
    // be closed and the number be another file's.
    int mapFd = map.duplicateFd();
    int wakeFd = -1;
    long buffer = 0;
    Arena mapping = Arena.ofShared();
    try {
      wakeFd = (int) Attempt.run(operation, SystemCalls::eventFd);
      buffer = openBuffer(operation, mapFd, pages, wakeup, cpus);
      return new PerfRing(mapping, MemorySegment.ofAddress(buffer), mapFd, wakeFd, cpus);
    } catch (Throwable e) {
      release(mapping, buffer, mapFd);
      if (wakeFd >= 0) {
        SystemCalls.close(wakeFd);
      }
      throw e;
    }
  }

  private static long openBuffer(
      String operation, int mapFd, long pages, Wakeup wakeup, int[] cpus) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(perf_event_attr.layout());
      perf_event_attr.size(attributes, (int) attributes.byteSize());
      perf_event_attr.type(attributes, LibbpfHeaders.PERF_TYPE_SOFTWARE());
      perf_event_attr.config(attributes, LibbpfHeaders.PERF_COUNT_SW_BPF_OUTPUT());
      perf_event_attr.sample_type(attributes, LibbpfHeaders.PERF_SAMPLE_RAW());
      perf_event_attr.sample_period(attributes, 1);
      switch (wakeup) {
        case Wakeup.AfterRecords(int records) -> perf_event_attr.wakeup_events(attributes, records);
        case Wakeup.AfterBytes(int bytes) -> {
          attributes.set(ValueLayout.JAVA_LONG, FLAGS_OFFSET, WATERMARK);
          perf_event_attr.wakeup_watermark(attributes, bytes);
        }
      }
      MemorySegment options = arena.allocate(perf_buffer_raw_opts.layout());
      perf_buffer_raw_opts.sz(options, options.byteSize());
      perf_buffer_raw_opts.cpu_cnt(options, cpus.length);
      MemorySegment numbers = arena.allocateFrom(ValueLayout.JAVA_INT, cpus);
      perf_buffer_raw_opts.cpus(options, numbers);
      perf_buffer_raw_opts.map_keys(options, numbers);
      return Attempt.run(
          operation,
          () -> Downcalls.openPerfBuffer(mapFd, pages, attributes, options),
          Preflight::ringRemedy);
    }
  }

  /** {@return the size of each ring in bytes, after rounding} */
  public int bytesPerCpu() {
    return bytesPerCpu;
  }

  /** {@return how many records of unknown types were passed over; 0 on every kernel known} */
  public long skipped() {
    return asReader(() -> cursors.stream().mapToLong(PerfCursor::skipped).sum());
  }

  @Override
  int deliver(RingConsumer consumer) {
    int delivered = 0;
    for (PerfCursor cursor : cursors) {
      delivered += cursor.drain(consumer);
      if (isClosed()) {
        break;
      }
    }
    return delivered;
  }

  @Override
  void await(int timeoutMillis) {
    int status = SystemCalls.poll(descriptors, timeoutMillis);
    // A signal is as good as a timeout: what is there is read then.
    if (status < 0 && status != -Errno.EINTR) {
      throw new BpfException("cannot wait for perf rings", Errno.of(status));
    }
  }

  @Override
  void free() {
    release(mapping, buffer.address(), mapFd);
  }

  private static void release(Arena mapping, long buffer, int mapFd) {
    // First of all no one may read the mapping any more, also not through a slice that a consumer
    // kept.
    mapping.close();
    if (buffer > 0) {
      Downcalls.freePerfBuffer(MemorySegment.ofAddress(buffer));
    }
    SystemCalls.close(mapFd);
  }
}
