package io.dropwatch.examples.cli;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** On which devices drops are wanted: two lists, of which one may be given. */
final class DeviceOptions {
  @Spec(Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--device",
      paramLabel = "<names>",
      description = "Only drops on these devices, comma-separated.")
  private @Nullable String devices;

  @Option(
      names = "--device-excluded",
      paramLabel = "<names>",
      description = "No drops on these devices; not together with --device.")
  private @Nullable String excludedDevices;

  /** Refuses both lists together. */
  void check() {
    if (devices != null && excludedDevices != null) {
      throw usage("--device and --device-excluded exclude each other: give one of them");
    }
  }

  /** Names of the devices to watch; none: all. */
  String[] watched() {
    return names(devices);
  }

  /** Names of the devices to leave out. */
  String[] excluded() {
    return names(excludedDevices);
  }

  private String[] names(@Nullable String list) {
    if (list == null) {
      return new String[0];
    }
    // -1: a comma at the end is a mistake too.
    List<String> names = Stream.of(list.split(",", -1)).map(String::strip).toList();
    if (names.contains("")) {
      throw usage(
          "an empty device name in '" + list + "': separate names with one comma, as in eth0,eth1");
    }
    return names.toArray(String[]::new);
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
