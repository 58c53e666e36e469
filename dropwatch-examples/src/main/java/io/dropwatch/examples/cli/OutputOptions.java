package io.dropwatch.examples.cli;

import io.dropwatch.examples.huatuo.HuatuoJsonWriter;
import io.dropwatch.examples.huatuo.HuatuoStream;
import io.dropwatch.examples.terminal.Stderr;
import io.dropwatch.examples.terminal.Stdout;
import io.dropwatch.output.EventWriter;
import io.dropwatch.output.JsonWriter;
import io.dropwatch.output.TextWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where events go, and in which format. */
final class OutputOptions {
  /** Values of {@code --output}, as users write them. */
  enum Format {
    json,
    text
  }

  /** Values of {@code --json-dialect}, as users write them. */
  enum Dialect {
    standard,
    huatuo
  }

  @Option(
      names = "--output",
      paramLabel = "<json|text>",
      defaultValue = "text",
      description =
          "Format of events on stdout (default: ${DEFAULT-VALUE}). Ignored with --output-storage.")
  private Format format = Format.text;

  @Option(
      names = "--output-storage",
      paramLabel = "<path>",
      description = "Send events to huatuo-bamai through this Unix socket instead of stdout.")
  private @Nullable Path socket;

  @Option(
      names = "--task-id",
      paramLabel = "<id>",
      description = "Task ID that --output-storage reports to huatuo-bamai.")
  private @Nullable String taskId;

  @Option(
      names = "--json-dialect",
      paramLabel = "<standard|huatuo>",
      defaultValue = "standard",
      order = 3,
      description =
          "Field names of --output json (default: ${DEFAULT-VALUE}). huatuo: those of"
              + " huatuo-bamai.")
  private Dialect dialect = Dialect.standard;

  @Option(
      names = "--kernel-addresses",
      paramLabel = "<always|never|auto>",
      defaultValue = "auto",
      order = 3,
      description =
          "Kernel addresses in events, which reveal where the kernel is in memory (KASLR);"
              + " functions are always named. auto: only if root writes to a terminal, a pipe or a"
              + " file that others cannot read (default: ${DEFAULT-VALUE}).")
  private KernelAddresses kernelAddresses = KernelAddresses.auto;

  /**
   * Opens the destination of the events.
   *
   * @param onClosed runs on any thread, once or more, when the destination accepts no more events
   * @throws IOException if no daemon listens on the socket of {@code --output-storage}
   * @throws IllegalArgumentException if there is a task and no socket
   */
  EventSink open(Runnable onClosed) throws IOException {
    if (socket == null) {
      if (taskId != null) {
        throw new IllegalArgumentException("--task-id needs --output-storage");
      }
      StandardOutput stdout = new StandardOutput(onClosed);
      return new EventSink.ToStdout(stdout, writer(stdout), kernelAddresses.onStdout());
    }
    return new EventSink.ToHuatuo(
        HuatuoStream.open(
            socket,
            Main.version(),
            taskId == null ? "" : taskId,
            notice -> Stderr.println("dropwatch: " + notice)),
        kernelAddresses.toDaemon());
  }

  private EventWriter writer(OutputStream out) {
    if (format == Format.text) {
      return new TextWriter(
          out, Stdout.showsColours() ? TextWriter.Style.COLOURED : TextWriter.Style.PLAIN);
    }
    return dialect == Dialect.huatuo ? new HuatuoJsonWriter(out) : new JsonWriter(out);
  }
}
