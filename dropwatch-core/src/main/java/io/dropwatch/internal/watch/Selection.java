package io.dropwatch.internal.watch;

import io.dropwatch.DropWatchException;
import io.dropwatch.bpf.Preflight;
import io.dropwatch.internal.probe.DeviceList;
import io.dropwatch.internal.probe.ProbeImage;
import io.dropwatch.pcapfilter.FilterWarning;
import io.dropwatch.pcapfilter.SkbFilter;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which drops are wanted, of whichever mode: as the probe needs to be told.
 *
 * @param filter null: none
 * @param devices names; empty: all
 * @param excludedDevices names; not together with {@code devices}
 * @param bpfObject null: the embedded one
 */
public record Selection(
    @Nullable FilterExpression filter,
    List<String> devices,
    List<String> excludedDevices,
    @Nullable Path bpfObject) {

  /**
   * Refuses both lists together.
   *
   * @throws DropWatchException of kind USAGE
   */
  public Selection {
    if (!devices.isEmpty() && !excludedDevices.isEmpty()) {
      throw DropWatchException.usage(
          "devices to watch and devices to exclude were both given: choose one list");
    }
  }

  /**
   * The probe's object with the filter in its slot.
   *
   * @param warning told of the traps that the filter walks into
   */
  ProbeImage image(Consumer<String> warning) {
    ProbeImage image = bpfObject == null ? ProbeImage.embedded() : ProbeImage.read(bpfObject);
    if (filter == null) {
      return image;
    }
    SkbFilter compiled = filter.compile();
    for (FilterWarning trap : compiled.warnings()) {
      if (!trap.code().isNote()) {
        warning.accept("the filter: " + trap);
      }
    }
    return image.withFilter(compiled);
  }

  /** The devices by number, in the calling thread's network namespace. */
  DeviceList deviceList() {
    if (!devices.isEmpty()) {
      return new DeviceList.Allowed(Devices.resolve(devices));
    }
    if (!excludedDevices.isEmpty()) {
      return new DeviceList.Denied(Devices.resolve(excludedDevices));
    }
    return new DeviceList.All();
  }

  /** Before anything is tried: what comes back from the kernel says less. */
  static void requireMachine() {
    for (Preflight.Finding finding : Preflight.check()) {
      if (finding.blocking()) {
        throw DropWatchException.environment(finding.toString());
      }
    }
  }
}
