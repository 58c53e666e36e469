package io.dropwatch.examples.cli;

import io.dropwatch.DropWatcher;
import io.dropwatch.DropWatcherBuilder;
import io.dropwatch.examples.filter.FilterCommand;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The flags, what they mean together, and the watcher that they describe. */
@Command(
    name = "dropwatch",
    description =
        "Shows the packets that the Linux kernel drops: which packet, where, why, whose.%n",
    mixinStandardHelpOptions = true,
    versionProvider = VersionFromJar.class,
    subcommands = {
      FilterCommand.class,
      ReasonsCommand.class,
      ReplayCommand.class,
      TopCommand.class
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    footer = {
      "",
      "Events go to stdout, and at the end one line of statistics to stderr.",
      "With --output-storage they wait for a daemon that is slow or restarts, at most 8192;",
      "a line at the end says how many were sent and lost.",
      "Drops that are no loss are left out, by three built-in noise rules: see --no-noise-rule.",
      "Needs root, or the capabilities CAP_BPF and CAP_PERFMON.",
      "Exit status: 0 watched to the end, 1 this machine cannot, 2 wrong usage.",
      "",
      "Examples:",
      "  dropwatch --filter 'tcp and port 443' --duration 60",
      "  dropwatch --device eth0,eth1 --output json | jq -c 'del(.stack)'",
      "  dropwatch --output json > drops.ndjson; dropwatch replay drops.ndjson",
    })
final class DropwatchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private ProbeOptions probe = new ProbeOptions();

  @Mixin private DeviceOptions devices = new DeviceOptions();

  @Mixin private NoiseOptions noise = new NoiseOptions();

  @Mixin private DurationOption duration = new DurationOption();

  @Mixin private OutputOptions output = new OutputOptions();

  @Option(
      names = "--max-events-per-second",
      paramLabel = "<n>",
      defaultValue = "0",
      description = "Rate limit over all CPUs; 0 = no limit (default: ${DEFAULT-VALUE}).")
  private int maxEventsPerSecond;

  @Mixin private StackOptions stack = new StackOptions();

  @Mixin private RingOptions ring = new RingOptions();

  @Override
  public Integer call() throws InterruptedException {
    check();
    Duration time = duration.duration();
    return new WatchSession(
            watcher(), output.sink(), time.isZero() ? WatchSession.UNTIL_STOPPED : time)
        .run();
  }

  private DropWatcherBuilder watcher() {
    DropWatcherBuilder watcher =
        DropWatcher.builder()
            .filter(probe.filter(), probe.filterOptions())
            .bpfObject(probe.bpfPath())
            .devices(devices.watched())
            .excludedDevices(devices.excluded())
            .maxEventsPerSecond(maxEventsPerSecond)
            .noiseRules(noise.rules())
            .onWarning(ProbeOptions::warn);
    stack.applyTo(watcher);
    ring.applyTo(watcher);
    return watcher;
  }

  private void check() {
    devices.check();
    duration.check();
    stack.check();
    ring.check();
    if (maxEventsPerSecond < 0) {
      throw usage(
          "--max-events-per-second "
              + maxEventsPerSecond
              + " is negative: give a number, or 0 for no limit");
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
