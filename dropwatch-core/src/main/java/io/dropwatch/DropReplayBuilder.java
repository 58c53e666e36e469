package io.dropwatch;

import io.dropwatch.internal.noise.RecordedNoise;
import io.dropwatch.internal.watch.FilterExpression;
import io.dropwatch.internal.watch.Selection;
import io.dropwatch.output.JsonReader;
import io.dropwatch.pcapfilter.FilterSyntaxException;
import io.dropwatch.pcapfilter.SkbFilter;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link DropReplay}. By default it replays every event that is not noise. Not thread-safe;
 * may be used again after {@link #open}.
 */
public final class DropReplayBuilder extends SelectionBuilder<DropReplayBuilder> {
  private @Nullable Consumer<DropEvent> listener;

  DropReplayBuilder() {}

  @Override
  DropReplayBuilder self() {
    return this;
  }

  /** Sets the listener, which is called for each drop on the thread of {@link DropReplay#run}. */
  public DropReplayBuilder onEvent(Consumer<DropEvent> listener) {
    this.listener = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /**
   * Opens a recording.
   *
   * @param file NDJSON as {@link io.dropwatch.output.JsonWriter} writes it, in UTF-8
   * @throws UncheckedIOException if the file cannot be read
   * @throws IllegalStateException if there is no listener, or two calls contradict each other
   * @throws FilterSyntaxException if the filter has a name that is unknown
   */
  public DropReplay open(Path file) {
    return open(() -> reader(file));
  }

  private static JsonReader reader(Path file) {
    InputStream stream = null;
    try {
      stream = Files.newInputStream(file);
      return new JsonReader(new BufferedInputStream(stream));
    } catch (IOException e) {
      throw unreadable(file, e);
    } catch (UncheckedIOException e) {
      closeQuietly(stream);
      throw unreadable(file, Objects.requireNonNull(e.getCause()));
    }
  }

  private static UncheckedIOException unreadable(Path file, IOException cause) {
    return new UncheckedIOException(
        "cannot read the recording " + file + ": " + cause.getMessage(), cause);
  }

  private static void closeQuietly(@Nullable InputStream stream) {
    try {
      if (stream != null) {
        stream.close();
      }
    } catch (IOException e) {
      // The first failure is thrown.
    }
  }

  /**
   * Reads a recording from a stream, which is closed with the replay.
   *
   * @param recording NDJSON as {@link io.dropwatch.output.JsonWriter} writes it, in UTF-8
   * @throws IllegalStateException if there is no listener, or two calls contradict each other; the
   *     stream stays open then
   * @throws FilterSyntaxException if the filter has a name that is unknown
   */
  public DropReplay open(InputStream recording) {
    Objects.requireNonNull(recording, "recording");
    return open(() -> new JsonReader(recording));
  }

  private interface Source {
    JsonReader open();
  }

  // The file last: nothing is open when a setting is refused.
  private DropReplay open(Source source) {
    Selection selection = selected();
    Consumer<DropEvent> called = listener;
    if (called == null) {
      throw new IllegalStateException("no listener: call onEvent before open");
    }
    RecordedNoise noise = new RecordedNoise(selection.noiseRules());
    FilterExpression filter = selection.filter();
    SkbFilter compiled = filter == null ? null : SkbFilter.compile(filter.text(), filter.options());
    return new DropReplay(
        source.open(),
        Set.copyOf(selection.devices()),
        Set.copyOf(selection.excludedDevices()),
        noise,
        compiled,
        called);
  }
}
