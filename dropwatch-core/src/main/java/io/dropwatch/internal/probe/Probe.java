package io.dropwatch.internal.probe;

import io.dropwatch.bpf.BpfException;
import io.dropwatch.bpf.BpfLink;
import io.dropwatch.bpf.BpfObject;
import io.dropwatch.bpf.BpfProgram;
import io.dropwatch.bpf.BpfRing;
import io.dropwatch.bpf.EventRing;
import io.dropwatch.bpf.Libbpf;
import io.dropwatch.bpf.PerfRing;
import io.dropwatch.bpf.ProgramInfo;
import io.dropwatch.bpf.ReadOnlyData;
import io.dropwatch.bpf.RingConsumer;
import io.dropwatch.bpf.Wakeup;
import io.dropwatch.model.FailureCode;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The probe in the kernel: loaded, attached, its ring open. */
public final class Probe implements DropTap {
  /** Key of the one entry of an array map. */
  private static final byte[] ONLY = new byte[Integer.BYTES];

  private static final int RECORD_VERSION = 5;

  private static final List<String> NOISE_MAPS =
      List.of("noise_reasons", "noise_locations", "noise_counts");

  private static final List<String> LIMIT_MAPS = List.of("emissions", "shares");

  /** CPUs that share a limit; the verifier follows a look at each of them four times. */
  private static final int MOST_SHARING = 1024;

  /** Whether this kernel has refused programs that can limit the rate of events. */
  private static volatile boolean limitRefused;

  private final BpfObject object;
  private final EventRing ring;
  private final BpfProgram program;
  private final BpfLink link;
  private final Traps traps;
  private final List<String> rules;

  private Probe(
      BpfObject object,
      BpfProgram program,
      EventRing ring,
      BpfLink link,
      Traps traps,
      List<String> rules) {
    this.object = object;
    this.program = program;
    this.ring = ring;
    this.link = link;
    this.traps = traps;
    this.rules = rules;
  }

  /**
   * Loads and attaches the probe: the first of its programs that the kernel takes. Nothing stays in
   * the kernel if none goes.
   *
   * @param warning told by the reader what works less well than it could; throws nothing
   * @throws BpfException if the kernel refuses all: what it said about the first
   * @throws EnvironmentException if the image is another release's, or the kernel cannot limit the
   *     rate of events and there is a limit
   */
  public static Probe attach(
      ProbeImage image,
      ProbeSettings settings,
      TracepointArguments arguments,
      Consumer<String> warning) {
    return attachAble(image, settings, (able, set) -> attachFirst(able, set, arguments, warning));
  }

  /** The same, for tests and measurements: nobody is warned. */
  public static Probe attach(
      ProbeImage image, ProbeSettings settings, TracepointArguments arguments) {
    return attach(image, settings, arguments, _ -> {});
  }

  /** Attaches a part of {@link #attach}: an image, told something. */
  @FunctionalInterface
  private interface Attempt {
    Probe attach(ProbeImage image, ProbeSettings settings);
  }

  private static Probe attachAble(ProbeImage image, ProbeSettings settings, Attempt attempt) {
    if (limitRefused) {
      return attachUnlimited(image, settings, attempt);
    }
    try {
      return attempt.attach(image, settings);
    } catch (BpfException refusal) {
      // Whatever the verifier does not like: what it says about the rest decides.
      if (refusal.verifierLog().isEmpty()) {
        throw refusal;
      }
      Probe probe = attachUnlimited(image, settings, attempt);
      limitRefused = true;
      return probe;
    }
  }

  /** For kernels whose programs cannot limit: attaches such as do not, or says so. */
  private static Probe attachUnlimited(ProbeImage image, ProbeSettings settings, Attempt attempt) {
    Probe probe = attempt.attach(image.withoutCompareAndSwap(), settings.withoutLimit());
    if (settings.eventsPerSecond() > 0) {
      probe.close();
      throw new EnvironmentException(
          FailureCode.KERNEL_TOO_OLD,
          "the rate of events cannot be limited to %d a second: eBPF programs of this kernel have no compare-and-swap (Linux 5.12)"
              .formatted(settings.eventsPerSecond()),
          "leave out the limit, or use a filter");
    }
    return probe;
  }

  /** As on a kernel whose programs cannot limit. */
  static Probe attachUnlimited(
      ProbeImage image, ProbeSettings settings, TracepointArguments arguments) {
    return attachUnlimited(
        image, settings, (able, set) -> attachFirst(able, set, arguments, _ -> {}));
  }

  private static Probe attachFirst(
      ProbeImage image,
      ProbeSettings settings,
      TracepointArguments arguments,
      Consumer<String> warning) {
    List<Variant> candidates = Variant.candidates(image, Variant::program);
    return Traps.attached(
        image,
        Variant.trapProgram(),
        unwatched ->
            Variant.firstOf(
                candidates,
                variant -> attach(image, settings, arguments, variant, unwatched, warning)));
  }

  /**
   * Attaches one program, and none for drops by devices, or fails: for tests and measurements.
   *
   * @throws BpfException if the kernel refuses it
   */
  public static Probe attach(
      ProbeImage image, ProbeSettings settings, TracepointArguments arguments, Variant variant) {
    return attachAble(
        image,
        settings,
        (able, set) -> attach(able, set, arguments, variant, "not asked for", _ -> {}));
  }

  private static Probe attach(
      ProbeImage image,
      ProbeSettings settings,
      TracepointArguments arguments,
      Variant variant,
      @Nullable String unwatched,
      Consumer<String> warning) {
    String trap = Variant.trapProgram();
    boolean noisy = !settings.noise().isEmpty();
    BpfObject object =
        BpfObject.open("dropwatch", image.bytes(noisy, unwatched == null, settings.devices()));
    EventRing ring = null;
    try {
      boolean walks =
          settings.stackDepth() > 0 && variant.walksStacks() && image.has(Variant.tablesProgram());
      for (String each : object.programNames()) {
        object
            .program(each)
            .autoload(
                each.equals(variant.program())
                    || (unwatched == null && each.equals(trap))
                    || (walks && each.equals(Variant.tablesProgram())));
      }
      if (image.has(trap)) {
        createOnlyIf(unwatched == null, object, List.of("reported", "trap_cpu"));
      }
      configure(object, image, settings, arguments, variant);
      createOnlyIf(noisy, object, NOISE_MAPS);
      createOnlyIf(settings.eventsPerSecond() > 0, object, LIMIT_MAPS);
      object.load();
      if (walks) {
        // Where the tables are; if it does not find them the kernel walks, which takes longer.
        var _ = object.program(Variant.tablesProgram()).testRun(new byte[0]);
      }
      for (DeviceKey device : settings.devices().devices()) {
        object.map("devices").update(device.bytes(), new byte[] {1});
      }
      fillNoise(object, settings.noise());
      ring =
          open(
              object,
              settings,
              unwatched == null ? List.of("per_cpu", "trap_cpu") : List.of("per_cpu"),
              warning);
      BpfProgram program = object.program(variant.program());
      Traps traps = Traps.of(object, trap, unwatched);
      return new Probe(object, program, ring, program.attach(), traps, settings.noise().rules());
    } catch (Throwable e) {
      if (ring != null) {
        ring.close();
      }
      object.close();
      throw e;
    }
  }

  /** The counters are the maps of the programs that write into the ring. */
  private static EventRing open(
      BpfObject object, ProbeSettings settings, List<String> counters, Consumer<String> warning) {
    return switch (settings.ring()) {
      case RingPlan.Perf(int bytesPerCpu) ->
          PerfRing.open(
              object.map("events"),
              bytesPerCpu,
              Wakeup.afterBytes(settings.wakeupBytes()),
              () ->
                  KernelCounts.withoutRing(
                      counters.stream().map(map -> object.map(map).lookupPerCpu(ONLY)).toList()),
              warning);
      case RingPlan.Bpf _ -> BpfRing.open(object.map("ring"), settings.wakeupBytes());
    };
  }

  private static void configure(
      BpfObject object,
      ProbeImage image,
      ProbeSettings settings,
      TracepointArguments arguments,
      Variant variant) {
    ReadOnlyData data = object.readOnlyData();
    int version = data.getInt("record_version");
    if (version != RECORD_VERSION) {
      throw new EnvironmentException(
          FailureCode.BAD_OBJECT,
          "%s writes records of version %d, this library reads version %d"
              .formatted(image, version, RECORD_VERSION),
          "use the probe of the same release");
    }
    NoiseList noise = settings.noise();
    int sharing = Math.min(Libbpf.possibleCpus(), MOST_SHARING);
    data.setInt("has_reason", arguments.hasReason() ? 1 : 0)
        .setInt("has_rx_sk", arguments.hasReceivingSocket() ? 1 : 0)
        .setInt("device_mode", settings.devices().mode())
        .setInt("events_per_second", settings.eventsPerSecond())
        .setInt("sharing_cpus", sharing)
        .setInt("stack_bytes", settings.stackDepth() * Long.BYTES)
        .setLong("stack_period", settings.stackPeriodNanos())
        .setInt("snaplen", settings.snaplen())
        .setInt("noise_reason_count", noise.reasons().size())
        .setInt("noise_location_count", noise.locations().size())
        .setInt("ring_kind", settings.ring() instanceof RingPlan.Bpf ? 1 : 0)
        .setLong("wakeup_bytes", settings.wakeupBytes());
    switch (settings.ring()) {
      case RingPlan.Perf _ -> object.map("ring").autocreate(false);
      case RingPlan.Bpf(int bytes) -> {
        object.map("events").autocreate(false);
        object.map("ring").resize(bytes);
      }
    }
    if (image.has(variant.countingProgram())) {
      // Nothing is counted by kind.
      createOnlyIf(
          false, object, List.of("counts", "counted_devices", "counted_traps", "counting"));
    }
    object.map("noise_counts").resize(Math.max(1, noise.rules().size()));
    object.map("emissions").resize(Math.max(1, settings.eventsPerSecond()));
    object.map("shares").resize(sharing);
    object.map("devices").resize(Math.max(1, settings.devices().devices().size()));
  }

  private static void fillNoise(BpfObject object, NoiseList noise) {
    noise
        .reasons()
        .forEach((reason, rule) -> object.map("noise_reasons").update(bytes(reason), bytes(rule)));
    for (int i = 0; i < noise.locations().size(); i++) {
      object.map("noise_locations").update(bytes(i), noise.locations().get(i).bytes());
    }
  }

  private static void createOnlyIf(boolean wanted, BpfObject object, List<String> maps) {
    for (String map : maps) {
      object.map(map).autocreate(wanted);
    }
  }

  private static byte[] bytes(int number) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(number).array();
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

  /** What a ring of the probe's is to be read with. */
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
        // The probe has counted these: its output function returned an error for each. The ring's
        // own notice comes late or not at all.
      }
    };
  }

  @Override
  public KernelCounts counts() {
    return KernelCounts.sum(
        object.map("per_cpu").lookupPerCpu(ONLY),
        switch (traps) {
          case Traps.Watched _ -> object.map("trap_cpu").lookupPerCpu(ONLY);
          case Traps.Unwatched _ -> List.of();
        },
        noise());
  }

  private Map<String, List<byte[]>> noise() {
    Map<String, List<byte[]>> counts = new LinkedHashMap<>();
    for (int i = 0; i < rules.size(); i++) {
      counts.put(rules.get(i), object.map("noise_counts").lookupPerCpu(bytes(i)));
    }
    return counts;
  }

  /** Returns why drops by devices are not watched; null if they are. */
  public @Nullable String noHardwareDrops() {
    return traps.unwatched();
  }

  /** Names of the maps that are in the kernel. */
  Set<String> maps() {
    return object.mapNames().stream()
        .filter(map -> object.map(map).isCreated())
        .collect(Collectors.toSet());
  }

  /** What the kernel knows of the attached program: its size, and what it has cost. */
  public ProgramInfo info() {
    return program.info();
  }

  @Override
  public long recursionMisses() {
    return program.recursionMisses() + traps.missed();
  }

  @Override
  public void detach() {
    link.close();
    traps.detach();
  }

  @Override
  public void abandon() {
    try {
      link.close();
    } finally {
      object.close();
    }
  }

  @Override
  public void close() {
    try {
      detach();
    } finally {
      ring.close();
      object.close();
    }
  }
}
