package io.dropwatch.examples.cli;

import io.dropwatch.DropWatcherBuilder;
import io.dropwatch.model.RingKind;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The ring that events come through. */
final class RingOptions {
  private static final int LEAST = 1 << 12;
  private static final int MOST = 1 << 30;

  @Spec(Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--ring",
      paramLabel = "<auto|perf|bpf>",
      defaultValue = "auto",
      description = "Kind of ring that events come through (default: ${DEFAULT-VALUE}).")
  private RingKind kind = RingKind.AUTO;

  @Option(
      names = "--ring-bytes",
      paramLabel = "<n>",
      defaultValue = "1048576",
      description =
          "Room for events in the ring, for each CPU, in bytes: a power of two from 4096 to"
              + " 1073741824; more where the statistics say lost (default: ${DEFAULT-VALUE}).")
  private int bytesPerCpu;

  /** Refuses what is no size of a ring. */
  void check() {
    if (bytesPerCpu < LEAST || bytesPerCpu > MOST || Integer.bitCount(bytesPerCpu) != 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--ring-bytes "
              + bytesPerCpu
              + " is no size of a ring: give a power of two from "
              + LEAST
              + " to "
              + MOST);
    }
  }

  void applyTo(DropWatcherBuilder watcher) {
    watcher.ring(kind).ringBytesPerCpu(bytesPerCpu);
  }
}
