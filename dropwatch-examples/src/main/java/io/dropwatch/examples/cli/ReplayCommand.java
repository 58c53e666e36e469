package io.dropwatch.examples.cli;

import io.dropwatch.DropEvent;
import io.dropwatch.DropReplay;
import io.dropwatch.DropReplayBuilder;
import io.dropwatch.examples.filter.FilterSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dropwatch replay}: a recording through the same flags, without a kernel. */
@Command(
    name = "replay",
    description = "Shows drops that were recorded with --output json, without privileges.%n",
    mixinStandardHelpOptions = true,
    versionProvider = VersionFromJar.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    footer = {
      "",
      "The flags mean what they mean to dropwatch itself. Noise that was left out of the recording",
      "does not come back: record with --no-noise-rule all to have it. At the end one line of",
      "statistics goes to stderr.",
      "Exit status: 0 replayed to the end, 1 the recording cannot be read, 2 wrong usage.",
      "",
      "Examples:",
      "  dropwatch --output json --duration 60 > drops.ndjson",
      "  dropwatch replay --filter 'tcp port 443' drops.ndjson",
      "  zcat drops.ndjson.gz | dropwatch replay --device eth0 --output json -",
    })
final class ReplayCommand implements Callable<Integer> {
  private static final Path STDIN = Path.of("-");

  @Parameters(paramLabel = "<file>", description = "The recording; - for stdin.")
  private Path file = STDIN;

  @Option(
      names = "--filter",
      paramLabel = "<expr>",
      description = "tcpdump-style filter expression.")
  private @Nullable String filter;

  @Mixin private FilterSettings meaning = new FilterSettings();

  @Mixin private DeviceOptions devices = new DeviceOptions();

  @Mixin private NoiseOptions noise = new NoiseOptions();

  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call() throws IOException {
    devices.check();
    AtomicBoolean full = new AtomicBoolean();
    EventSink sink = output.sink().apply(() -> full.set(true));
    DropReplayBuilder what =
        DropReplay.builder()
            .filter(filter, meaning.options())
            .devices(devices.watched())
            .excludedDevices(devices.excluded())
            .noiseRules(noise.rules())
            .onEvent(event -> write(sink, event, full));
    try (DropReplay replay = open(what)) {
      return run(replay, sink, full) ? 0 : 1;
    }
  }

  /** Whether the sink took everything. */
  private boolean run(DropReplay replay, EventSink sink, AtomicBoolean full) throws IOException {
    boolean complete;
    try {
      while (!full.get() && replay.next()) {
        // Each is written by the listener.
      }
    } catch (UncheckedIOException | IllegalArgumentException broken) {
      throw new IOException(file + ": " + broken.getMessage(), broken);
    } finally {
      complete = sink.end(System.err);
      System.err.println(replay.statistics());
    }
    return complete;
  }

  private DropReplay open(DropReplayBuilder what) throws IOException {
    if (file.equals(STDIN)) {
      return what.open(System.in);
    }
    try {
      return what.open(file);
    } catch (UncheckedIOException e) {
      throw e.getCause() instanceof NoSuchFileException missing
          ? missing
          : new IOException(e.getMessage(), e);
    }
  }

  private static void write(EventSink sink, DropEvent event, AtomicBoolean full) {
    try {
      sink.write(event);
    } catch (UncheckedIOException e) {
      // The reader of the pipe left, or the disk is full: the sink says so in the end.
      full.set(true);
    }
  }
}
