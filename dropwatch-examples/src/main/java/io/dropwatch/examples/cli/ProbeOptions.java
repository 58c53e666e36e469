package io.dropwatch.examples.cli;

import io.dropwatch.examples.terminal.Stderr;
import io.dropwatch.model.DropWarning;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the commands that attach the probe. */
final class ProbeOptions extends SelectionOptions {
  @Option(
      names = "--bpf-path",
      paramLabel = "<path>",
      description = "Load this eBPF object instead of the built-in one.")
  private @Nullable Path bpfPath;

  @Option(
      names = "--duration",
      paramLabel = "<n>",
      defaultValue = "0",
      description = "Stop after n seconds; 0: run until interrupted (default: ${DEFAULT-VALUE}).")
  private Duration duration = Duration.ZERO;

  /** Returns the eBPF object file; null: the built-in one. */
  @Nullable Path bpfPath() {
    return bpfPath;
  }

  /** Returns the time after which to stop; zero: run until interrupted. */
  Duration duration() {
    return duration;
  }

  static void warn(DropWarning warning) {
    String option =
        warning.code() == DropWarning.Code.HIDDEN_LOSS ? " (--no-noise-rule neigh_invalidate)" : "";
    Stderr.println("dropwatch: " + warning + option);
  }
}
