package io.dropwatch.examples.cli;

import io.dropwatch.DropWatcherBuilder;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** How much of the kernel stack comes with an event, and how often it is walked. */
final class StackOptions {
  private static final int MOST_FRAMES = 127;

  @Spec(Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--stack-depth",
      paramLabel = "<n>",
      defaultValue = "" + MOST_FRAMES,
      description =
          "Frames of the kernel stack, innermost first; 0 = none, which costs the host least"
              + " (default: ${DEFAULT-VALUE}).")
  private int frames;

  @Option(
      names = "--stack-once-per",
      paramLabel = "<n>",
      defaultValue = "0",
      description =
          "Walk the stack once in n seconds for each location and reason, and show it with the"
              + " drops in between too; 0 = at each drop (default: ${DEFAULT-VALUE}).")
  private long seconds;

  /** Refuses what is out of range. */
  void check() {
    if (frames < 0 || frames > MOST_FRAMES) {
      throw usage("--stack-depth " + frames + " is out of range: give 0 to " + MOST_FRAMES);
    }
    if (seconds < 0) {
      throw usage(
          "--stack-once-per "
              + seconds
              + " is negative: give seconds, or 0 for a stack at each drop");
    }
  }

  void applyTo(DropWatcherBuilder watcher) {
    watcher.stackDepth(frames).stackOncePer(DurationOption.of(seconds));
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
