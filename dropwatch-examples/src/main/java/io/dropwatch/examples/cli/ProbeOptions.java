package io.dropwatch.examples.cli;

import io.dropwatch.examples.filter.FilterSettings;
import io.dropwatch.model.DropWarning;
import io.dropwatch.pcapfilter.FilterOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What every command that asks the kernel has to be told: by which probe, for which packets. */
final class ProbeOptions {
  @Option(
      names = "--bpf-path",
      paramLabel = "<path>",
      description = "Another eBPF object file than the one built in.")
  private @Nullable Path bpfPath;

  @Option(
      names = "--filter",
      paramLabel = "<expr>",
      description = "tcpdump-style filter expression, run in the kernel.")
  private @Nullable String filter;

  @Mixin private FilterSettings meaning = new FilterSettings();

  /** The object file; null: the one built in. */
  @Nullable Path bpfPath() {
    return bpfPath;
  }

  /** The expression; null: all packets. */
  @Nullable String filter() {
    return filter;
  }

  /** What the expression does not say itself. */
  FilterOptions filterOptions() {
    return meaning.options();
  }

  /** What becomes of warnings. */
  static void warn(DropWarning warning) {
    System.err.println("dropwatch: " + warning);
  }
}
