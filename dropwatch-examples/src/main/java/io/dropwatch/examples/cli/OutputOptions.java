package io.dropwatch.examples.cli;

import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where events go, and how they are written there. */
final class OutputOptions {
  @Option(
      names = "--output",
      paramLabel = "<json|text>",
      defaultValue = "text",
      description =
          "Format of the events (default: ${DEFAULT-VALUE}); ignored with --output-storage.")
  private OutputFormat output = OutputFormat.text;

  @Option(
      names = "--json-dialect",
      paramLabel = "<standard|huatuo>",
      defaultValue = "standard",
      description =
          "Names of the fields of --output json (default: ${DEFAULT-VALUE}); huatuo: as"
              + " huatuo-bamai reads them.")
  private Dialect dialect = Dialect.standard;

  @Option(
      names = "--output-storage",
      paramLabel = "<path>",
      description = "Send events to huatuo-bamai through its Unix socket, not to stdout.")
  private @Nullable Path outputStorage;

  @Option(
      names = "--task-id",
      paramLabel = "<id>",
      description = "Task ID to associate with this session of --output-storage.")
  private @Nullable String taskId;

  /** Makes the sink, given what it calls from any thread when it takes no more. */
  Function<Runnable, EventSink> sink() {
    if (outputStorage == null) {
      return onGone -> new StdoutSink(output, dialect, onGone);
    }
    EventSink storage = new StorageSink(outputStorage, taskId == null ? "" : taskId);
    return _ -> storage;
  }
}
