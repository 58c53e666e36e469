package io.dropwatch.examples.cli;

import io.dropwatch.DropSelection;
import io.dropwatch.DropSelectionBuilder;
import io.dropwatch.examples.filter.FilterSettings;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Selects drops by packet and device. */
class SelectionOptions {
  @Option(
      names = "--filter",
      paramLabel = "<expr>",
      description = "Only packets that match this pcap-filter(7) expression.")
  private @Nullable String filter;

  @Option(
      names = "--device",
      paramLabel = "<names>",
      description = "Only drops on these devices, separated by commas.")
  private @Nullable String devices;

  @Option(
      names = "--device-excluded",
      paramLabel = "<names>",
      description = "No drops on these devices. Not together with --device.")
  private @Nullable String excludedDevices;

  @Mixin private FilterSettings settings = new FilterSettings();

  /**
   * Returns the selection, with the default noise rules.
   *
   * @throws IllegalArgumentException if an option is invalid
   */
  DropSelectionBuilder selection() {
    if (devices != null && excludedDevices != null) {
      throw new IllegalArgumentException("--device and --device-excluded are both given; use one");
    }
    return DropSelection.builder()
        .filter(filter, settings.options())
        .devices(names("--device", devices))
        .excludedDevices(names("--device-excluded", excludedDevices));
  }

  private static String[] names(String flag, @Nullable String list) {
    if (list == null) {
      return new String[0];
    }
    // -1: a comma at the end leaves an empty name, too.
    List<String> names = Stream.of(list.split(",", -1)).map(String::strip).toList();
    if (names.contains("")) {
      throw new IllegalArgumentException(
          flag + " has an empty name in '" + list + "'; write names as in eth0,eth1");
    }
    return names.toArray(String[]::new);
  }
}
