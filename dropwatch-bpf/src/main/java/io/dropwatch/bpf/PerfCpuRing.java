package io.dropwatch.bpf;

import io.dropwatch.bpf.libbpf.gen.LibbpfHeaders;
import io.dropwatch.bpf.libbpf.gen.perf_buffer_raw_opts;
import io.dropwatch.bpf.libbpf.gen.perf_event_attr;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A perf event of one CPU, its mapping and its map entry: a {@code struct perf_buffer} of one CPU.
 */
final class PerfCpuRing implements CpuRings.CpuRing {
  /** Bit 14 of the bit-field in {@code struct perf_event_attr}: watermark. */
  private static final long WATERMARK = 1L << 14;

  private static final long FLAGS_OFFSET = 40;

  /**
   * The settings that all rings of a map share.
   *
   * @param operation for messages
   * @param pages size without the control page, a power of two
   */
  record Plan(String operation, int mapFd, long pages, Wakeup wakeup) {}

  private final int cpu;
  private final Arena mapping;
  private final MemorySegment buffer;
  private final PerfCursor cursor;

  private PerfCpuRing(int cpu, Arena mapping, MemorySegment buffer) {
    this.cpu = cpu;
    this.mapping = mapping;
    this.buffer = buffer;
    int page = LibbpfCalls.pageSize();
    MemorySegment memory = LibbpfCalls.perfMapping(buffer, 0, mapping);
    this.cursor = new PerfCursor(cpu, memory.asSlice(0, page), memory.asSlice(page));
  }

  /**
   * Opens the ring of one CPU, puts it into the map and lets it wake the reader.
   *
   * @param epollFd the epoll instance that the reader waits for
   * @throws BpfException if the kernel refuses: with ENODEV if the CPU is offline
   */
  static PerfCpuRing open(Plan plan, int cpu, int epollFd) {
    MemorySegment buffer = MemorySegment.ofAddress(openBuffer(plan, cpu));
    Arena mapping = Arena.ofShared();
    try {
      // The epoll instance of the perf_buffer is itself ready when the ring is.
      int fd = LibbpfCalls.perfBufferEpollFd(buffer);
      NativeCall.check(plan.operation(), () -> LibcCalls.epollAdd(epollFd, fd, false));
      return new PerfCpuRing(cpu, mapping, buffer);
    } catch (Throwable e) {
      mapping.close();
      LibbpfCalls.freePerfBuffer(buffer);
      throw e;
    }
  }

  private static long openBuffer(Plan plan, int cpu) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(perf_event_attr.layout());
      perf_event_attr.size(attributes, (int) attributes.byteSize());
      perf_event_attr.type(attributes, LibbpfHeaders.PERF_TYPE_SOFTWARE());
      perf_event_attr.config(attributes, LibbpfHeaders.PERF_COUNT_SW_BPF_OUTPUT());
      perf_event_attr.sample_type(attributes, LibbpfHeaders.PERF_SAMPLE_RAW());
      perf_event_attr.sample_period(attributes, 1);
      // wakeup_events and wakeup_watermark are one union.
      perf_event_attr.wakeup_events(attributes, plan.wakeup().count());
      if (plan.wakeup().inBytes()) {
        attributes.set(ValueLayout.JAVA_LONG, FLAGS_OFFSET, WATERMARK);
      }
      MemorySegment options = arena.allocate(perf_buffer_raw_opts.layout());
      perf_buffer_raw_opts.sz(options, options.byteSize());
      perf_buffer_raw_opts.cpu_cnt(options, 1);
      MemorySegment number = arena.allocateFrom(ValueLayout.JAVA_INT, cpu);
      perf_buffer_raw_opts.cpus(options, number);
      perf_buffer_raw_opts.map_keys(options, number);
      return NativeCall.logged(
          plan.operation(),
          () -> LibbpfCalls.openPerfBuffer(plan.mapFd(), plan.pages(), attributes, options),
          Preflight::ringCause);
    }
  }

  @Override
  public int cpu() {
    return cpu;
  }

  @Override
  public int drain(RingConsumer consumer) {
    return cursor.drain(consumer);
  }

  @Override
  public long skipped() {
    return cursor.skipped();
  }

  @Override
  public void close() {
    // First end all access to the mapping, also through a slice that a consumer kept.
    mapping.close();
    LibbpfCalls.freePerfBuffer(buffer);
  }
}
