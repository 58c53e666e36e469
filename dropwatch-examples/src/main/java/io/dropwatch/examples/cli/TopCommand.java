package io.dropwatch.examples.cli;

import io.dropwatch.DropCounter;
import io.dropwatch.DropCounterBuilder;
import io.dropwatch.examples.top.TopOrder;
import io.dropwatch.examples.top.TopSession;
import io.dropwatch.examples.top.TopSession.TopPlan;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dropwatch top}: its flags, and the counter that they describe. */
@Command(
    name = "top",
    description =
        "Shows a live table of what the kernel drops: how much, why, where, on which device.%n",
    mixinStandardHelpOptions = true,
    versionProvider = VersionFromJar.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    footer = {
      "",
      "Drops are counted in the kernel, none is sent to this program: made for hosts that drop",
      "millions a second. q or Ctrl-C ends. Without a terminal one table follows",
      "the other. At the end one line of statistics goes to stderr.",
      "",
      "Examples:",
      "  dropwatch top",
      "  dropwatch top --filter 'not arp' --sort total",
      "  dropwatch top --once --interval 10 > drops.txt",
    })
final class TopCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--interval",
      paramLabel = "<n>",
      defaultValue = "1",
      description = "Seconds between two tables (default: ${DEFAULT-VALUE}).")
  private long intervalSeconds;

  @Option(
      names = "--count",
      paramLabel = "<n>",
      defaultValue = "0",
      description = "End after n tables; 0 = run until interrupted (default: ${DEFAULT-VALUE}).")
  private int tables;

  @Option(names = "--once", description = "The same as --count 1.")
  private boolean once;

  @Mixin private DurationOption duration = new DurationOption();

  @Option(
      names = "--sort",
      paramLabel = "<rate|total|reason|device>",
      defaultValue = "rate",
      description = "Order of the rows (default: ${DEFAULT-VALUE}).")
  private TopOrder order = TopOrder.rate;

  @Mixin private ProbeOptions probe = new ProbeOptions();

  @Mixin private DeviceOptions devices = new DeviceOptions();

  @Option(
      names = "--max-kinds",
      paramLabel = "<n>",
      defaultValue = "8192",
      description = "Rows that are told apart at most (default: ${DEFAULT-VALUE}).")
  private int maxKinds;

  @Override
  public Integer call() {
    if (intervalSeconds < 1) {
      throw usage("--interval " + intervalSeconds + " is too short: give seconds, at least 1");
    }
    duration.check();
    if (tables < 0) {
      throw usage("--count " + tables + " is negative: give a number, or 0 for no end");
    }
    devices.check();
    DropCounterBuilder counter =
        DropCounter.builder()
            .filter(probe.filter(), probe.filterOptions())
            .devices(devices.watched())
            .excludedDevices(devices.excluded())
            .bpfObject(probe.bpfPath())
            .maxKinds(maxKinds)
            .onWarning(ProbeOptions::warn);
    TopPlan plan =
        new TopPlan(
            DurationOption.of(intervalSeconds), once ? 1 : tables, duration.duration(), order);
    return new TopSession(counter, plan).run();
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
