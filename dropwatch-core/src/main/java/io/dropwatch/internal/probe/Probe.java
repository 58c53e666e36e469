package io.dropwatch.internal.probe;

import io.dropwatch.bpf.BpfRing;
import io.dropwatch.bpf.EventRing;
import io.dropwatch.bpf.PerfRing;
import io.dropwatch.bpf.ProgramInfo;
import io.dropwatch.bpf.RingConsumer;
import io.dropwatch.bpf.Wakeup;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The probe in the kernel: loaded, attached, its ring open. */
public final class Probe implements ProbeHandle {
  private final LoadedProbe loaded;
  private final EventRing ring;
  private final List<String> rules;

  private Probe(LoadedProbe loaded, EventRing ring, List<String> rules) {
    this.loaded = loaded;
    this.ring = ring;
    this.rules = rules;
  }

  /**
   * Loads a plan, opens the ring and attaches the programs. On a failure nothing stays in the
   * kernel.
   *
   * @param plan a plan of {@code ProbePlan.streaming}
   * @param warning called on the reading thread if a CPU gets no ring; must not throw
   * @throws io.dropwatch.bpf.BpfException if the kernel refuses all attempts of the plan
   * @throws EnvironmentException if the image is of another release, or there is a rate limit and
   *     the kernel cannot limit
   */
  public static Probe attach(ProbePlan plan, Consumer<String> warning) {
    LoadedProbe loaded = LoadedProbe.load(plan);
    EventRing ring = null;
    try {
      ring = open(plan, loaded, warning);
      loaded.attach();
      return new Probe(loaded, ring, plan.noise().rules());
    } catch (Throwable e) {
      if (ring != null) {
        ring.close();
      }
      loaded.close();
      throw e;
    }
  }

  /** As the other method, without warnings: for tests and measurements. */
  public static Probe attach(ProbePlan plan) {
    return attach(plan, _ -> {});
  }

  private static EventRing open(ProbePlan plan, LoadedProbe loaded, Consumer<String> warning) {
    return switch (Objects.requireNonNull(plan.ring(), "ring")) {
      case RingPlan.Perf(int bytesPerCpu) ->
          PerfRing.open(
              loaded.map("events"),
              bytesPerCpu,
              Wakeup.afterBytes(plan.wakeupBytes()),
              () ->
                  KernelCounts.withoutRing(
                      Stream.of(counters(loaded, "per_cpu"), trapCounters(loaded))
                          .filter(counters -> !counters.isEmpty())
                          .toList()),
              warning);
      case RingPlan.Bpf _ -> BpfRing.open(loaded.map("ring"), plan.wakeupBytes());
    };
  }

  private static List<byte[]> counters(LoadedProbe loaded, String map) {
    return loaded.map(map).lookupPerCpu(LoadedProbe.key(0));
  }

  private static List<byte[]> trapCounters(LoadedProbe loaded) {
    return loaded.watchesTraps() ? counters(loaded, "trap_cpu") : List.of();
  }

  @Override
  public void poll(Duration timeout, RecordConsumer records) {
    try {
      ring.poll(timeout, consumer(records));
    } catch (InterruptedException _) {
      // Meant for a listener on this thread, not for the reader.
    }
  }

  @Override
  public void drain(RecordConsumer records) {
    ring.drain(consumer(records));
  }

  /** Returns a consumer for the ring of a probe. */
  public static RingConsumer consumer(RecordConsumer records) {
    return new RingConsumer() {
      @Override
      public void record(int cpu, MemorySegment payload) {
        records.take(payload, 0, (int) payload.byteSize());
      }

      @Override
      public void recordAt(int cpu, MemorySegment memory, long offset, int size) {
        records.take(memory, offset, size);
      }

      @Override
      public void lost(int cpu, long count) {
        // The probe has counted these: the output helper returned an error for each. The loss
        // records of a perf ring come late or not at all.
      }
    };
  }

  @Override
  public KernelCounts counts() {
    Map<String, List<byte[]>> noise = new LinkedHashMap<>();
    for (int i = 0; i < rules.size(); i++) {
      noise.put(rules.get(i), loaded.map("noise_counts").lookupPerCpu(LoadedProbe.key(i)));
    }
    return KernelCounts.sum(counters(loaded, "per_cpu"), trapCounters(loaded), noise);
  }

  /** Returns why drops by devices are not watched; null if they are. */
  public @Nullable String noHardwareDrops() {
    return loaded.noTraps();
  }

  /** Returns the names of the maps in the kernel. */
  Set<String> maps() {
    return loaded.maps();
  }

  /** Returns the kernel's information about the attached program, such as its size and cost. */
  public ProgramInfo info() {
    return loaded.info();
  }

  @Override
  public long recursionMisses() {
    return loaded.recursionMisses();
  }

  @Override
  public void detach() {
    loaded.detach();
  }

  @Override
  public void abandon() {
    loaded.close();
  }

  @Override
  public void close() {
    try {
      detach();
    } finally {
      ring.close();
      loaded.close();
    }
  }
}
