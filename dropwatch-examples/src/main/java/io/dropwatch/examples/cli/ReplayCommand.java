package io.dropwatch.examples.cli;

import io.dropwatch.DropReplay;
import io.dropwatch.DropReplayBuilder;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.output.RecordingFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code dropwatch replay}: reads events from a recording instead of the kernel. */
@Command(
    name = "replay",
    description = "Shows drops recorded with --output json. Needs no privileges.",
    footer = {
      "",
      "Options have the same meaning as without replay. Drops that noise rules left",
      "out of the recording are missing: record with --no-noise-rule all to keep them.",
      "The last line on stderr accounts for every drop.",
      "",
      "Exit status: 0 success, 1 the recording cannot be read, 2 wrong usage.",
      "",
      "Examples:",
      "  dropwatch --output json --duration 60 > drops.ndjson",
      "  dropwatch replay --filter 'tcp port 443' drops.ndjson",
      "  zcat drops.ndjson.gz | dropwatch replay --device eth0 --output json -",
    })
final class ReplayCommand implements Callable<Integer> {
  private static final Path STDIN = Path.of("-");

  @Parameters(paramLabel = "<file>", description = "The recording; -: stdin.")
  private Path file = STDIN;

  @Mixin private SelectionOptions selection = new SelectionOptions();

  @Mixin private OutputOptions output = new OutputOptions();

  @Mixin private NoiseOptions noise = new NoiseOptions();

  @Override
  public Integer call() throws IOException {
    AtomicBoolean stopped = new AtomicBoolean();
    DropReplayBuilder builder = DropReplay.builder().selection(noise.addTo(selection.selection()));
    EventSink sink = output.open(() -> stopped.set(true));
    builder.onEvent(
        event -> {
          if (!sink.write(event)) {
            stopped.set(true);
          }
        });
    try (DropReplay replay = open(builder)) {
      return run(replay, sink, stopped) ? 0 : 1;
    }
  }

  /** Returns whether all events were written. */
  private boolean run(DropReplay replay, EventSink sink, AtomicBoolean stopped) throws IOException {
    try {
      while (!stopped.get() && replay.next()) {
        // The listener writes the event.
      }
    } catch (UncheckedIOException | RecordingFormatException e) {
      var _ = end(replay, sink);
      throw new IOException(file + ": " + e.getMessage(), e);
    }
    return end(replay, sink);
  }

  private static boolean end(DropReplay replay, EventSink sink) {
    sink.end();
    DropStatistics statistics = replay.statistics();
    return sink.report(statistics.delivered(), statistics.toString());
  }

  private DropReplay open(DropReplayBuilder builder) throws IOException {
    if (file.equals(STDIN)) {
      return builder.open(System.in);
    }
    try {
      return builder.open(file);
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof NoSuchFileException missing) {
        throw missing;
      }
      throw e;
    }
  }
}
