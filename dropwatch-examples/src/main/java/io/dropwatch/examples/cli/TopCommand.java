package io.dropwatch.examples.cli;

import io.dropwatch.DropCounter;
import io.dropwatch.DropCounterBuilder;
import io.dropwatch.examples.top.TopOrder;
import io.dropwatch.examples.top.TopSession;
import io.dropwatch.examples.top.TopSession.TopPlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
  private static final long LONGEST_SECONDS = Duration.ofDays(36_500).toSeconds();

  @Spec private @Nullable CommandSpec spec;

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

  @Option(
      names = "--duration",
      paramLabel = "<n>",
      defaultValue = "0",
      description = "End after n seconds; 0 = run until interrupted (default: ${DEFAULT-VALUE}).")
  private long durationSeconds;

  @Option(
      names = "--sort",
      paramLabel = "<rate|total|reason|device>",
      defaultValue = "rate",
      description = "Order of the rows (default: ${DEFAULT-VALUE}).")
  private TopOrder order = TopOrder.rate;

  @Option(
      names = "--filter",
      paramLabel = "<expr>",
      description = "tcpdump-style filter expression, run in the kernel.")
  private @Nullable String filter;

  @Mixin private DeviceOptions devices = new DeviceOptions();

  @Option(
      names = "--max-kinds",
      paramLabel = "<n>",
      defaultValue = "8192",
      description = "Rows that are told apart at most (default: ${DEFAULT-VALUE}).")
  private int maxKinds;

  @Option(
      names = "--bpf-path",
      paramLabel = "<path>",
      description = "Another eBPF object file than the one built in.")
  private @Nullable Path bpfPath;

  @Override
  public Integer call() {
    if (intervalSeconds < 1) {
      throw usage("--interval " + intervalSeconds + " is too short: give seconds, at least 1");
    }
    if (durationSeconds < 0) {
      throw usage("--duration " + durationSeconds + " is negative: give seconds, or 0");
    }
    if (tables < 0) {
      throw usage("--count " + tables + " is negative: give a number, or 0 for no end");
    }
    devices.check();
    DropCounterBuilder counter =
        DropCounter.builder()
            .filter(filter)
            .devices(devices.watched())
            .excludedDevices(devices.excluded())
            .bpfObject(bpfPath)
            .maxKinds(maxKinds)
            .onWarning(text -> System.err.println("dropwatch: " + text));
    TopPlan plan =
        new TopPlan(seconds(intervalSeconds), once ? 1 : tables, seconds(durationSeconds), order);
    return new TopSession(counter, plan).run();
  }

  private static Duration seconds(long seconds) {
    // More does not fit into nanoseconds.
    return Duration.ofSeconds(Math.min(seconds, LONGEST_SECONDS));
  }

  private ParameterException usage(String message) {
    if (spec == null) {
      throw new IllegalStateException("picocli did not say which command this is");
    }
    return new ParameterException(spec.commandLine(), message);
  }
}
