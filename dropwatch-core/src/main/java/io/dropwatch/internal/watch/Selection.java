package io.dropwatch.internal.watch;

import io.dropwatch.bpf.Preflight;
import io.dropwatch.internal.probe.DeviceList;
import io.dropwatch.internal.probe.EnvironmentException;
import io.dropwatch.internal.probe.ProbeImage;
import io.dropwatch.model.DropWarning;
import io.dropwatch.model.NoiseRule;
import io.dropwatch.pcapfilter.FilterWarning;
import io.dropwatch.pcapfilter.SkbFilter;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which drops are wanted, in the names that the user gave.
 *
 * @param filter null: none
 * @param devices names; empty: all
 * @param excludedDevices names; not together with {@code devices}
 */
public record Selection(
    @Nullable FilterExpression filter,
    List<String> devices,
    List<String> excludedDevices,
    List<NoiseRule> noiseRules) {

  /** Every drop that is not noise. */
  public static final Selection ALL = new Selection(null, List.of(), List.of(), NoiseRule.DEFAULTS);

  /** Returns this selection with another filter. */
  public Selection with(@Nullable FilterExpression other) {
    return new Selection(other, devices, excludedDevices, noiseRules);
  }

  /** Returns this selection with other devices. */
  public Selection withDevices(List<String> only, List<String> excluded) {
    return new Selection(filter, only, excluded, noiseRules);
  }

  /** Returns this selection with other noise rules. */
  public Selection withNoiseRules(List<NoiseRule> rules) {
    return new Selection(filter, devices, excludedDevices, rules);
  }

  /**
   * Returns the filter as the embedded probe would run it; null: none.
   *
   * @throws EnvironmentException as {@link #image} does, if it does not fit
   */
  public @Nullable SkbFilter compiledFilter() {
    if (filter == null) {
      return null;
    }
    SkbFilter compiled = filter.compile();
    var _ = ProbeImage.embedded().withFilter(compiled);
    return compiled;
  }

  /**
   * Returns the probe's object with the filter in its slot.
   *
   * @param bpfObject null: the embedded one
   * @param warning called for each pitfall of the language that applies to the filter
   */
  ProbeImage image(@Nullable Path bpfObject, Consumer<DropWarning> warning) {
    ProbeImage image = bpfObject == null ? ProbeImage.embedded() : ProbeImage.read(bpfObject);
    if (filter == null) {
      return image;
    }
    SkbFilter compiled = filter.compile();
    for (FilterWarning trap : compiled.warnings()) {
      if (!trap.code().isNote()) {
        warning.accept(DropWarning.of(trap));
      }
    }
    return image.withFilter(compiled);
  }

  /** Returns the devices by number, in the calling thread's network namespace. */
  DeviceList deviceList() {
    if (!devices.isEmpty()) {
      return new DeviceList.Allowed(Devices.resolve(devices));
    }
    if (!excludedDevices.isEmpty()) {
      return new DeviceList.Denied(Devices.resolve(excludedDevices));
    }
    return new DeviceList.All();
  }

  /** Checks the machine before anything is tried: the errors of the kernel say less. */
  static void requireMachine() {
    for (Preflight.Finding finding : Preflight.check()) {
      if (finding.blocking()) {
        throw EnvironmentException.of(finding);
      }
    }
  }
}
