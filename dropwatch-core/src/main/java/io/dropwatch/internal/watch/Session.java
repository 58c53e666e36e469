package io.dropwatch.internal.watch;

import io.dropwatch.DropWatchException;
import io.dropwatch.bpf.BpfException;
import io.dropwatch.internal.noise.KernelRules;
import io.dropwatch.internal.noise.NoiseFilter;
import io.dropwatch.internal.probe.DeviceList;
import io.dropwatch.internal.probe.KernelFacts;
import io.dropwatch.internal.probe.KernelReasons;
import io.dropwatch.internal.probe.NoiseList;
import io.dropwatch.internal.probe.Probe;
import io.dropwatch.internal.probe.ProbeImage;
import io.dropwatch.internal.probe.ProbeSettings;
import io.dropwatch.internal.probe.RingPlan;
import io.dropwatch.internal.record.ReasonNames;
import io.dropwatch.internal.record.RecordDecoder;
import io.dropwatch.internal.record.RecordLayout;
import io.dropwatch.internal.record.SymbolFrames;
import io.dropwatch.internal.record.WallClock;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.RingKind;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** From a request to a running watch: the whole pipeline in one place. */
public final class Session {
  /**
   * Bytes that may wait for the reader to be woken once for all of them. A wakeup takes the CPU
   * that drops some 10 microseconds, so thousands of records share one; how long a record waits is
   * bounded by the time after which the reader looks by itself.
   */
  private static final int MOST_WAITING = 1 << 20;

  private Session() {}

  /**
   * Compiles the filter, loads and attaches the probe, starts the reader.
   *
   * @throws DropWatchException if that cannot be; nothing is left in the kernel then
   * @throws io.dropwatch.pcapfilter.FilterSyntaxException if the filter is not one
   */
  public static Watch open(WatchRequest request) {
    Selection selection = request.selection();
    ProbeImage image = selection.image(warning(request));
    NoiseFilter noise = NoiseFilter.of(request.noiseRules());
    Selection.requireMachine();
    try {
      KernelFacts kernel = KernelFacts.running();
      NoiseList noiseInKernel = KernelRules.of(request.noiseRules(), kernel.reasons());
      ProbeSettings settings = settings(request, selection.deviceList(), noiseInKernel);
      WallClock clock = new WallClock();
      GuardedResolver owners =
          new GuardedResolver(request.ownerResolver(), Failures.ofResolver(request.onError()));
      RecordDecoder decoder =
          new RecordDecoder(
              clock,
              reasonNames(kernel.reasons()),
              new SymbolFrames(warning(request)),
              request.stackDepth(),
              owners);
      Probe probe = Probe.attach(image, settings, kernel.arguments(), warning(request));
      try {
        Watch watch =
            new Watch(
                probe,
                described(request.ring(), settings.ring()) + "; " + probe.hardware(),
                decoder,
                clock,
                noise,
                request.listening(),
                owners::failed,
                request.onError(),
                request.maxLatency());
        watch.start();
        return watch;
      } catch (Throwable e) {
        probe.close();
        throw e;
      }
    } catch (BpfException e) {
      throw DropWatchException.environment(String.valueOf(e.getMessage()), e);
    }
  }

  /** Which ring it is, and why that one where this library has chosen. */
  private static String described(RingKind wanted, RingPlan ring) {
    if (wanted != RingKind.AUTO) {
      return ring.toString();
    }
    return switch (ring) {
      case RingPlan.Bpf _ -> ring + ", as this kernel has one";
      case RingPlan.Perf _ -> ring + ", as this kernel has no BPF ring";
    };
  }

  static ReasonNames reasonNames(KernelReasons reasons) {
    return new ReasonNames(reasons.builtIn(), reasons.subsystems(), reasons::ofModules);
  }

  /**
   * What the running kernel calls its reasons, by number.
   *
   * @throws DropWatchException of kind ENVIRONMENT if it has no BTF
   */
  public static List<DropReason> reasons() {
    try {
      KernelReasons kernel = KernelFacts.running().reasons();
      Map<Integer, String> names = new HashMap<>(kernel.ofModules());
      names.putAll(kernel.builtIn());
      names.values().removeIf(Session::isNoReason);
      return names.entrySet().stream()
          .sorted(Map.Entry.comparingByKey(Integer::compareUnsigned))
          .map(reason -> new DropReason(reason.getKey(), reason.getValue()))
          .toList();
    } catch (BpfException e) {
      throw DropWatchException.environment(String.valueOf(e.getMessage()), e);
    }
  }

  // Members of the enums that no dropped packet comes with.
  private static boolean isNoReason(String name) {
    return name.equals("SKB_NOT_DROPPED_YET")
        || name.equals("SKB_CONSUMED")
        || name.endsWith("_DROP_REASON_MAX")
        || name.endsWith("_DROP_MAX");
  }

  private static Consumer<String> warning(WatchRequest request) {
    Consumer<String> handler = request.onWarning();
    return handler != null ? new GuardedWarning(handler, Session::log) : Session::log;
  }

  /** What becomes of a warning that nobody asked for. */
  public static void log(String warning) {
    System.getLogger("io.dropwatch").log(Level.WARNING, warning);
  }

  private static ProbeSettings settings(WatchRequest request, DeviceList devices, NoiseList noise) {
    return new ProbeSettings(
        devices,
        noise,
        request.maxEventsPerSecond(),
        RecordDecoder.walkedDepth(request.stackDepth()),
        request.stackPeriod().toNanos(),
        RecordLayout.WINDOW_BYTES,
        RingPlan.of(request.ring(), request.ringBytesPerCpu()),
        Math.min(MOST_WAITING, request.ringBytesPerCpu() / 4));
  }
}
