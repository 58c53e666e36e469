package io.dropwatch.examples.cli;

import io.dropwatch.DropWatcher;
import io.dropwatch.DropWatcherBuilder;
import io.dropwatch.examples.filter.FilterCommand;
import io.dropwatch.model.RingKind;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dropwatch}: watches drops. */
@Command(
    name = "dropwatch",
    description = "Shows which packets the Linux kernel drops, where and why.",
    subcommands = {
      FilterCommand.class,
      ReasonsCommand.class,
      ReplayCommand.class,
      TopCommand.class
    },
    footer = {
      "",
      "Events go to stdout. The last line on stderr accounts for every drop. With",
      "--output-storage, up to 8192 events are buffered while the daemon is slow or",
      "restarts; a line on stderr tells how many were sent and lost.",
      "",
      "Three built-in noise rules leave out drops, most of which lose no data; see",
      "--no-noise-rule. Needs root, or CAP_BPF and CAP_PERFMON.",
      "",
      "Exit status: 0 success, 1 failure, 2 wrong usage.",
      "",
      "Examples:",
      "  dropwatch --filter 'tcp and port 443' --duration 60",
      "  dropwatch --device eth0,eth1 --output json | jq -c 'del(.stack)'",
      "  dropwatch --output json > drops.ndjson; dropwatch replay drops.ndjson",
    })
final class DropwatchCommand implements Callable<Integer> {
  @Mixin private ProbeOptions probe = new ProbeOptions();

  @Option(
      names = "--max-events-per-second",
      paramLabel = "<n>",
      defaultValue = "0",
      description = "Rate limit over all CPUs; 0: no limit (default: ${DEFAULT-VALUE}).")
  private int maxEventsPerSecond;

  @Mixin private OutputOptions output = new OutputOptions();

  @Mixin private NoiseOptions noise = new NoiseOptions();

  @Option(
      names = "--stack-depth",
      paramLabel = "<n>",
      defaultValue = "127",
      order = 4,
      description =
          "Kernel stack frames per event, innermost first: 0 to 127; 0: none (default:"
              + " ${DEFAULT-VALUE}).")
  private int stackDepth;

  @Option(
      names = "--stack-once-per",
      paramLabel = "<n>",
      defaultValue = "0",
      order = 4,
      description =
          "Walk the stack once in n seconds for each location and reason; drops in between share"
              + " it. 0: at each drop (default: ${DEFAULT-VALUE}).")
  private Duration stackOncePer = Duration.ZERO;

  @Option(
      names = "--ring",
      paramLabel = "<auto|perf|bpf>",
      defaultValue = "auto",
      order = 4,
      description = "Kind of ring buffer for events (default: ${DEFAULT-VALUE}).")
  private RingKind ring = RingKind.AUTO;

  @Option(
      names = "--ring-bytes",
      paramLabel = "<n>",
      defaultValue = "1048576",
      order = 4,
      description =
          "Size of the ring per CPU, a power of two from 4096 to 1073741824 (default:"
              + " ${DEFAULT-VALUE}). Increase it if the last line has lost events.")
  private int ringBytes;

  @Override
  public Integer call() throws IOException, InterruptedException {
    DropWatcherBuilder watcher =
        DropWatcher.builder()
            .selection(noise.addTo(probe.selection()))
            .bpfObject(probe.bpfPath())
            .maxEventsPerSecond(maxEventsPerSecond)
            .stackDepth(stackDepth)
            .stackOncePer(stackOncePer)
            .ring(ring)
            .ringBytesPerCpu(ringBytes)
            .onWarning(ProbeOptions::warn);
    return new WatchSession(watcher, output, probe.duration()).run();
  }
}
