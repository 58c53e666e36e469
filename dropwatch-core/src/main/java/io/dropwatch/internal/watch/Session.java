package io.dropwatch.internal.watch;

import io.dropwatch.DropWatchException;
import io.dropwatch.bpf.BpfException;
import io.dropwatch.bpf.Preflight;
import io.dropwatch.internal.probe.DeviceList;
import io.dropwatch.internal.probe.KernelFacts;
import io.dropwatch.internal.probe.Probe;
import io.dropwatch.internal.probe.ProbeImage;
import io.dropwatch.internal.probe.ProbeSettings;
import io.dropwatch.internal.probe.RingPlan;
import io.dropwatch.internal.record.ReasonNames;
import io.dropwatch.internal.record.RecordDecoder;
import io.dropwatch.internal.record.RecordLayout;
import io.dropwatch.internal.record.SymbolFrames;
import io.dropwatch.internal.record.WallClock;
import io.dropwatch.pcapfilter.LinkType;
import io.dropwatch.pcapfilter.PcapFilter;

/** From a request to a running watch: the whole pipeline in one place. */
public final class Session {
  /** Bytes that may wait for the reader to be woken once for all of them: 100 to 300 records. */
  private static final int MOST_WAITING = 1 << 16;

  private Session() {}

  /**
   * Compiles the filter, loads and attaches the probe, starts the reader.
   *
   * @throws DropWatchException if that cannot be; nothing is left in the kernel then
   * @throws io.dropwatch.pcapfilter.FilterSyntaxException if the filter is not one
   */
  public static Watch open(WatchRequest request) {
    ProbeImage image = image(request);
    requireMachine();
    try {
      ProbeSettings settings = settings(request, deviceList(request));
      KernelFacts kernel = KernelFacts.running();
      WallClock clock = new WallClock();
      RecordDecoder decoder =
          new RecordDecoder(
              clock, new ReasonNames(kernel.reasons()), new SymbolFrames(), request.stackDepth());
      Probe probe = Probe.attach(image, settings, kernel.arguments());
      try {
        Watch watch =
            new Watch(
                probe,
                settings.ring().toString(),
                decoder,
                clock,
                request.listening(),
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

  private static ProbeImage image(WatchRequest request) {
    ProbeImage image =
        request.bpfObject() == null ? ProbeImage.embedded() : ProbeImage.read(request.bpfObject());
    String filter = request.filter();
    if (filter == null || filter.isBlank()) {
      return image;
    }
    return image.withFilter(code(PcapFilter.compile(filter, LinkType.SKB)), filter);
  }

  private static byte[] code(PcapFilter filter) {
    try {
      return filter.ebpf().toBytes();
    } catch (UnsupportedOperationException e) {
      throw DropWatchException.usage(
          "the filter is too large for the probe: %s; use a shorter one".formatted(e.getMessage()),
          e);
    }
  }

  // Before anything is tried: what comes back from the kernel says less.
  private static void requireMachine() {
    for (Preflight.Finding finding : Preflight.check()) {
      if (finding.blocking()) {
        throw DropWatchException.environment(finding.toString());
      }
    }
  }

  private static DeviceList deviceList(WatchRequest request) {
    if (!request.devices().isEmpty()) {
      return new DeviceList.Allowed(Devices.resolve(request.devices()));
    }
    if (!request.excludedDevices().isEmpty()) {
      return new DeviceList.Denied(Devices.resolve(request.excludedDevices()));
    }
    return new DeviceList.All();
  }

  private static ProbeSettings settings(WatchRequest request, DeviceList devices) {
    return new ProbeSettings(
        devices,
        request.maxEventsPerSecond(),
        RecordDecoder.walkedDepth(request.stackDepth()),
        RecordLayout.WINDOW_BYTES,
        RingPlan.of(request.ring(), request.ringBytesPerCpu()),
        Math.min(MOST_WAITING, request.ringBytesPerCpu() / 4));
  }
}
