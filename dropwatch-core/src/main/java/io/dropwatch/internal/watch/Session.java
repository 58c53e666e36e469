package io.dropwatch.internal.watch;

import io.dropwatch.internal.noise.KernelRules;
import io.dropwatch.internal.noise.NoiseFilter;
import io.dropwatch.internal.owner.OwnerLookup;
import io.dropwatch.internal.owner.ResolverThread;
import io.dropwatch.internal.probe.KernelFacts;
import io.dropwatch.internal.probe.KernelReasons;
import io.dropwatch.internal.probe.Probe;
import io.dropwatch.internal.probe.ProbeImage;
import io.dropwatch.internal.probe.ProbePlan;
import io.dropwatch.internal.probe.ProbeSettings;
import io.dropwatch.internal.probe.RingPlan;
import io.dropwatch.internal.record.ReasonNames;
import io.dropwatch.internal.record.RecordDecoder;
import io.dropwatch.internal.record.SymbolFrames;
import io.dropwatch.internal.record.WallClock;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.DropWarning;
import io.dropwatch.model.OwnerResolver;
import io.dropwatch.model.ProbeInfo;
import io.dropwatch.model.RingKind;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** From a request to a running watch: the whole pipeline in one place. */
public final class Session {
  /**
   * Bytes that may wait for the reader to be woken once for all of them. A wakeup costs the CPU
   * that drops about 10 microseconds, so thousands of records share one; how long a record waits is
   * bounded by the poll timeout of the reader.
   */
  private static final int MAX_WAITING_BYTES = 1 << 20;

  private static final Duration MAX_WARM_UP = Duration.ofMillis(500);

  private Session() {}

  /**
   * Compiles the filter, loads and attaches the probe, starts the reader.
   *
   * @throws io.dropwatch.internal.probe.EnvironmentException if this machine cannot; nothing is
   *     left in the kernel then
   * @throws io.dropwatch.bpf.BpfException likewise
   * @throws io.dropwatch.pcapfilter.FilterSyntaxException if a name in the filter is unknown
   */
  public static Watch open(WatchRequest request) {
    WarningHandler warnings = new WarningHandler(request.onWarning());
    ProbeImage image = request.selection().image(request.bpfObject(), warnings);
    NoiseFilter noise = NoiseFilter.of(request.selection().noiseRules(), warnings);
    Selection.requireMachine();

    SymbolFrames symbols = new SymbolFrames(warnings.of(DropWarning.Code.SYMBOLS_HIDDEN));
    OwnerLookup lookup = lookup(request.ownerResolver());
    boolean events = request.delivery() instanceof DeliveryMode.Events;
    Thread warmUp =
        Thread.ofPlatform()
            .daemon()
            .name("dropwatch-warm-up")
            .start(events ? () -> warmUp(symbols, lookup) : () -> {});
    KernelFacts kernel = KernelFacts.running();
    ProbeSettings settings = settings(request, kernel);
    ProbePlan plan = ProbePlan.streaming(image, settings, kernel);
    Probe probe = Probe.attach(plan, warnings.of(DropWarning.Code.NO_RING));
    try {
      WallClock clock = new WallClock();
      OwnerStage owners = new OwnerStage(lookup, Failures.ofResolver(request.onError()));
      RecordDecoder decoder =
          new RecordDecoder(clock, reasonNames(kernel.reasons()), symbols, request.stackDepth());
      Failures failures = Failures.ofListener(request.onError());
      Ending ending = new Ending(CloseTimeouts.DEFAULT);
      Watch watch =
          new Watch(
              probe,
              info(request, settings, probe),
              clock,
              new Delivery(decoder, clock, noise, owners, request.delivery(), failures, ending),
              failures,
              request.maxLatency(),
              ending);
      watch.start();
      await(warmUp);
      return watch;
    } catch (Throwable e) {
      probe.close();
      throw e;
    }
  }

  private static void warmUp(SymbolFrames symbols, OwnerLookup lookup) {
    OwnerLookup.Answer machine = lookup.warmUp();
    symbols.read();
    while (!machine.isReady()) {
      LockSupport.parkNanos(1_000_000); // two seconds at most
    }
  }

  // The first event is not to wait for what was begun beside the loading.
  private static void await(Thread warmUp) {
    try {
      var _ = warmUp.join(MAX_WARM_UP);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static OwnerLookup lookup(OwnerResolver resolver) {
    return resolver instanceof OwnerLookup beside ? beside : new ResolverThread(resolver);
  }

  private static ProbeSettings settings(WatchRequest request, KernelFacts kernel) {
    return new ProbeSettings(
        request.selection().deviceList(),
        KernelRules.of(request.selection().noiseRules(), kernel.reasons()),
        request.maxEventsPerSecond(),
        RecordDecoder.walkedDepth(request.stackDepth()),
        request.stackPeriod().toNanos(),
        RingPlan.of(request.ring(), request.ringBytesPerCpu()),
        Math.min(MAX_WAITING_BYTES, request.ringBytesPerCpu() / 4));
  }

  private static ProbeInfo info(WatchRequest request, ProbeSettings settings, Probe probe) {
    boolean chosen = request.ring() == RingKind.AUTO;
    return switch (settings.ring()) {
      case RingPlan.Bpf(int bytes) ->
          ProbeInfo.of(RingKind.BPF, bytes, chosen, probe.noHardwareDrops());
      case RingPlan.Perf(int bytes) ->
          ProbeInfo.of(RingKind.PERF, bytes, chosen, probe.noHardwareDrops());
    };
  }

  /** Returns the names of the drop reasons of a kernel. */
  public static ReasonNames reasonNames(KernelReasons reasons) {
    return new ReasonNames(reasons.builtIn(), reasons.subsystems(), reasons::ofModules);
  }

  /**
   * Returns the reasons that the running kernel may give, by number.
   *
   * @throws io.dropwatch.bpf.BpfException if it has no BTF
   */
  public static List<DropReason> reasons() {
    KernelReasons kernel = KernelFacts.running().reasons();
    Map<Integer, String> names = new HashMap<>(kernel.ofModules());
    names.putAll(kernel.builtIn());
    names.values().removeIf(Session::isNoReason);
    return names.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(Integer::compareUnsigned))
        .map(reason -> new DropReason(reason.getKey(), reason.getValue()))
        .toList();
  }

  // Members of the enums that no dropped packet comes with.
  private static boolean isNoReason(String name) {
    return name.equals("SKB_NOT_DROPPED_YET")
        || name.equals("SKB_CONSUMED")
        || name.endsWith("_DROP_REASON_MAX")
        || name.endsWith("_DROP_MAX");
  }
}
