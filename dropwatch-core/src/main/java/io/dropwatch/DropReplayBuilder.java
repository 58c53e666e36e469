package io.dropwatch;

import io.dropwatch.internal.noise.RecordedNoise;
import io.dropwatch.model.NoiseRule;
import io.dropwatch.output.JsonReader;
import io.dropwatch.pcapfilter.FilterOptions;
import io.dropwatch.pcapfilter.FilterSyntaxException;
import io.dropwatch.pcapfilter.SkbFilter;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link DropReplay} replays, in the words of {@link io.dropwatch.DropWatcherBuilder}.
 * Whatever is not set: every event that is no noise. Not thread-safe; may be used again after
 * {@link #open}.
 */
public final class DropReplayBuilder {
  private @Nullable String filter;
  private FilterOptions options = FilterOptions.DEFAULT;
  private Set<String> devices = Set.of();
  private Set<String> excludedDevices = Set.of();
  private List<NoiseRule> noiseRules = NoiseRule.DEFAULTS;
  private @Nullable Consumer<DropEvent> listener;

  DropReplayBuilder() {}

  /**
   * Only packets that match, as {@link #filter(String, FilterOptions)} with {@link
   * FilterOptions#DEFAULT}: names of hosts are refused.
   */
  public DropReplayBuilder filter(@Nullable String expression) {
    return filter(expression, FilterOptions.DEFAULT);
  }

  /**
   * Only packets that match; null or blank: all.
   *
   * @param expression in the language of pcap-filter(7), as {@link SkbFilter} compiles it: it says
   *     of a recorded packet what it said of the packet in the kernel, as far as its bytes were
   *     captured
   * @param options resolver of names, UDP ports of tunnels and the like. Without a resolver of
   *     devices {@code ifname} is refused: use {@link #devices}
   */
  public DropReplayBuilder filter(@Nullable String expression, FilterOptions options) {
    this.filter = expression;
    this.options = Objects.requireNonNull(options, "options");
    return this;
  }

  /**
   * Only drops on devices of these names, whatever their network namespace; a packet without a
   * device is excluded. None: all devices. Not together with {@link #excludedDevices}.
   */
  public DropReplayBuilder devices(String... names) {
    this.devices = Set.copyOf(List.of(names));
    return this;
  }

  /**
   * No drops on devices of these names; a packet without a device is not excluded. Not together
   * with {@link #devices}.
   */
  public DropReplayBuilder excludedDevices(String... names) {
    this.excludedDevices = Set.copyOf(List.of(names));
    return this;
  }

  /**
   * Which drops are noise: the first rule that matches takes a drop out. Replaces {@link
   * NoiseRule#DEFAULTS}. Names of functions and reasons are those of the recording; a name that is
   * not in it takes nothing out.
   */
  public DropReplayBuilder noiseRules(List<? extends NoiseRule> rules) {
    this.noiseRules = List.copyOf(rules);
    return this;
  }

  /** Who is told of each drop, on the thread of {@link DropReplay#run}. */
  public DropReplayBuilder onEvent(Consumer<DropEvent> listener) {
    this.listener = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /**
   * Opens a recording.
   *
   * @param file NDJSON as {@link io.dropwatch.output.JsonWriter} writes it, in UTF-8
   * @throws UncheckedIOException if the file cannot be read
   * @throws DropWatchException if what was asked for makes no sense
   * @throws FilterSyntaxException if the filter is not one
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
      // What went wrong before it is told.
    }
  }

  /**
   * Reads a recording from a stream, which is closed with the replay.
   *
   * @param recording NDJSON as {@link io.dropwatch.output.JsonWriter} writes it, in UTF-8
   * @throws DropWatchException if what was asked for makes no sense; the stream stays open then
   * @throws FilterSyntaxException if the filter is not one
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
    if (!devices.isEmpty() && !excludedDevices.isEmpty()) {
      throw DropWatchException.usage(
          "devices to replay and devices to exclude were both given: choose one list");
    }
    Consumer<DropEvent> told = listener;
    if (told == null) {
      throw DropWatchException.usage("nobody listens: set onEvent before open");
    }
    RecordedNoise noise = new RecordedNoise(noiseRules);
    SkbFilter compiled =
        filter == null || filter.isBlank() ? null : SkbFilter.compile(filter, options);
    return new DropReplay(source.open(), devices, excludedDevices, noise, compiled, told);
  }
}
