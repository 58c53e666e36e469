package io.dropwatch.benchmarks.kernel;

import io.dropwatch.bpf.BpfObject;
import io.dropwatch.bpf.BpfProgram;
import io.dropwatch.bpf.EventRing;
import io.dropwatch.bpf.PerfRing;
import io.dropwatch.bpf.ProgramInfo;
import io.dropwatch.bpf.RingConsumer;
import io.dropwatch.bpf.Wakeup;
import io.dropwatch.internal.probe.CountingProbe;
import io.dropwatch.internal.probe.DeviceList;
import io.dropwatch.internal.probe.KernelCounts;
import io.dropwatch.internal.probe.KernelFacts;
import io.dropwatch.internal.probe.Probe;
import io.dropwatch.internal.probe.ProbeImage;
import io.dropwatch.internal.probe.ProbePlan;
import io.dropwatch.internal.probe.ProbeSettings;
import io.dropwatch.internal.probe.Variant;
import io.dropwatch.pcapfilter.SkbFilter;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A program that is attached to the tracepoint. If it has a ring, a thread drains it and ignores
 * the records.
 */
final class Attachment implements AutoCloseable {
  private static final int KINDS = 8192;
  private static final Duration POLL = Duration.ofMillis(10);

  private final Supplier<ProgramInfo> info;
  private final Supplier<String> account;
  private final Runnable closing;
  private final Thread reader;
  private volatile boolean ending;

  private interface Ring {
    void poll() throws InterruptedException;
  }

  private Attachment(
      Supplier<ProgramInfo> info, Supplier<String> account, @Nullable Ring ring, Runnable closing) {
    this.info = info;
    this.account = account;
    this.closing = closing;
    this.reader = Thread.ofPlatform().daemon().name("reader").start(() -> drain(ring));
  }

  private void drain(@Nullable Ring ring) {
    try {
      while (ring != null && !ending) {
        ring.poll();
      }
    } catch (InterruptedException _) {
      // Nothing interrupts the reader.
    }
  }

  /** {@return the probe that counts drops by kind} */
  static Attachment counting(ProbeImage object, String filter, Variant variant) {
    CountingProbe probe =
        CountingProbe.attach(
            ProbePlan.counting(
                with(filter, object), new DeviceList.All(), KINDS, KernelFacts.running(), variant));
    return new Attachment(
        probe::info,
        () -> {
          CountingProbe.Totals totals = probe.totals();
          return "seen %d, filtered %d, overflow %d, missed %d"
              .formatted(totals.seen(), totals.filtered(), totals.overflow(), probe.missed());
        },
        null,
        () -> {
          probe.detach();
          probe.close();
        });
  }

  /** {@return the probe that reports events} */
  static Attachment reporting(
      ProbeImage object, String filter, ProbeSettings settings, Variant variant) {
    Probe probe =
        Probe.attach(
            ProbePlan.streaming(with(filter, object), settings, KernelFacts.running(), variant));
    return new Attachment(
        probe::info,
        () -> {
          KernelCounts counts = probe.counts();
          return "filtered %d, limited %d, emitted %d, lost %d, missed %d"
              .formatted(
                  counts.filtered(),
                  counts.limited(),
                  counts.emitted(),
                  counts.lost(),
                  probe.info().recursionMisses());
        },
        () -> probe.poll(POLL, (memory, offset, size) -> {}),
        probe::close);
  }

  private static ProbeImage with(String filter, ProbeImage object) {
    return filter.isEmpty() ? object : object.withFilter(SkbFilter.compile(filter));
  }

  /**
   * {@return a program of any object on kfree_skb}
   *
   * @param openRing opens the ring after the load; null without one
   */
  static Attachment program(
      BpfObject object, String name, @Nullable Function<BpfObject, EventRing> openRing) {
    for (String each : object.programNames()) {
      object.program(each).autoload(each.equals(name));
    }
    object.load();
    BpfProgram program = object.program(name);
    EventRing ring = openRing == null ? null : openRing.apply(object);
    var _ = program.attach();
    return new Attachment(
        program::info,
        () -> "",
        ring == null ? null : () -> ring.poll(POLL, Ignored.INSTANCE),
        () -> {
          if (ring != null) {
            ring.close();
          }
          object.close();
        });
  }

  /** {@return a function that opens the perf ring of a map with a wakeup for each record} */
  static Function<BpfObject, EventRing> wakingRing(String map) {
    return object -> PerfRing.open(object.map(map), 1 << 20, Wakeup.afterRecords(1));
  }

  /** {@return the name of the first program on kfree_skb} */
  static String programOf(BpfObject object) {
    return object.programNames().stream()
        .filter(each -> object.program(each).section().endsWith("kfree_skb"))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException(object.name() + " has no program on kfree_skb"));
  }

  private enum Ignored implements RingConsumer {
    INSTANCE;

    @Override
    public void record(int cpu, MemorySegment payload) {}

    @Override
    public void lost(int cpu, long count) {}
  }

  /** {@return the kernel's statistics of the program} */
  ProgramInfo info() {
    return info.get();
  }

  /** {@return the counters of the program, for people; empty without any} */
  String account() {
    return account.get();
  }

  @Override
  public void close() {
    ending = true;
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    closing.run();
  }
}
