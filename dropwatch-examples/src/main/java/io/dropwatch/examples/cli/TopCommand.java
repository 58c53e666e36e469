package io.dropwatch.examples.cli;

import io.dropwatch.DropCounter;
import io.dropwatch.DropCounterBuilder;
import io.dropwatch.examples.top.TopSession;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dropwatch top}: counts drops in the kernel and shows them as a table. */
@Command(
    name = "top",
    description = "Shows a live table of drops by reason, function, device and namespace.",
    footer = {
      "",
      "Drops are counted in the kernel and no events are sent, so top can be used on",
      "hosts that drop millions of packets per second. q or Ctrl-C stops. If stdout is",
      "not a terminal, the tables are printed one after another. The last line on",
      "stderr accounts for every drop.",
      "",
      "Examples:",
      "  dropwatch top",
      "  dropwatch top --filter 'not arp' --sort total",
      "  dropwatch top --once --interval 10 > drops.txt",
    })
final class TopCommand implements Callable<Integer> {
  @Option(
      names = "--interval",
      paramLabel = "<n>",
      defaultValue = "1",
      description = "Seconds between two tables (default: ${DEFAULT-VALUE}).")
  private Duration interval = Duration.ZERO;

  @Option(
      names = "--count",
      paramLabel = "<n>",
      defaultValue = "0",
      description = "Stop after n tables; 0: run until interrupted (default: ${DEFAULT-VALUE}).")
  private int tables;

  @Option(names = "--once", description = "The same as --count 1.")
  private boolean once;

  @Option(
      names = "--sort",
      paramLabel = "<rate|total|reason|device>",
      defaultValue = "rate",
      description = "Order of the rows (default: ${DEFAULT-VALUE}).")
  private TopSession.Order order = TopSession.Order.rate;

  @Mixin private ProbeOptions probe = new ProbeOptions();

  @Option(
      names = "--max-kinds",
      paramLabel = "<n>",
      defaultValue = "8192",
      order = 2,
      description =
          "Maximum number of rows; other drops are counted together (default: ${DEFAULT-VALUE}).")
  private int maxKinds;

  @Override
  public Integer call() {
    if (interval.isZero()) {
      throw new IllegalArgumentException("--interval must be 1 or more, was 0");
    }
    if (once && tables != 0) {
      throw new IllegalArgumentException("--once and --count are both given; use one");
    }
    if (tables < 0) {
      throw new IllegalArgumentException("--count must be 0 or more, was " + tables);
    }
    DropCounterBuilder counter =
        DropCounter.builder()
            .selection(probe.selection().build())
            .bpfObject(probe.bpfPath())
            .maxKinds(maxKinds)
            .onWarning(ProbeOptions::warn);
    return new TopSession(counter, interval, once ? 1 : tables, probe.duration(), order).run();
  }
}
