package io.dropwatch.examples.cli;

import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** When a command ends by itself. */
final class DurationOption {
  private static final long LONGEST_SECONDS = Duration.ofDays(36_500).toSeconds();

  @Spec(Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--duration",
      paramLabel = "<n>",
      defaultValue = "0",
      description = "End after n seconds; 0 = run until interrupted (default: ${DEFAULT-VALUE}).")
  private long seconds;

  /** Refuses what is negative. */
  void check() {
    if (seconds < 0) {
      throw new ParameterException(
          spec.commandLine(),
          "--duration " + seconds + " is negative: give seconds, or 0 to run until interrupted");
    }
  }

  /** Zero: until interrupted. */
  Duration duration() {
    return of(seconds);
  }

  /** Seconds of a flag; more than a century does not fit into nanoseconds, and is one. */
  static Duration of(long seconds) {
    return Duration.ofSeconds(Math.min(seconds, LONGEST_SECONDS));
  }
}
