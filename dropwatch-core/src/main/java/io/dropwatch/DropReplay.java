package io.dropwatch;

import io.dropwatch.internal.noise.RecordedNoise;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.DropStatisticsBuilder;
import io.dropwatch.model.NetworkDevice;
import io.dropwatch.output.JsonReader;
import io.dropwatch.pcapfilter.SkbFilter;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Passes recorded drops through the steps of a {@link DropWatcher}: devices, noise rules that the
 * kernel would decide, filter, noise rules that look at stacks, listener. Needs neither Linux nor
 * privileges.
 *
 * <pre>{@code
 * try (DropReplay replay =
 *     DropReplay.builder().filter("tcp port 443").onEvent(analyzer::onDrop).open(Path.of("drops.ndjson"))) {
 *   replay.run();
 *   System.out.println(replay.statistics());
 * }
 * }</pre>
 *
 * <p>A recording may hold anything: it gives events, or an exception that names the place. It is
 * read as a stream. Not thread-safe.
 */
public final class DropReplay implements AutoCloseable {
  private final JsonReader recording;
  private final Set<String> devices;
  private final Set<String> excludedDevices;
  private final RecordedNoise noise;
  private final @Nullable SkbFilter filter;
  private final Consumer<DropEvent> listener;

  private long seen;
  private long excluded;
  private long filtered;
  private long delivered;
  private long hardware;

  DropReplay(
      JsonReader recording,
      Set<String> devices,
      Set<String> excludedDevices,
      RecordedNoise noise,
      @Nullable SkbFilter filter,
      Consumer<DropEvent> listener) {
    this.recording = recording;
    this.devices = devices;
    this.excludedDevices = excludedDevices;
    this.noise = noise;
    this.filter = filter;
    this.listener = listener;
  }

  /** Returns a builder that replays every event that is not noise. */
  public static DropReplayBuilder builder() {
    return new DropReplayBuilder();
  }

  /**
   * Replays the next event of the recording, on the calling thread. What the listener throws is
   * thrown here; the event counts as delivered, and the next call continues after it.
   *
   * @return whether there was one
   * @throws UncheckedIOException if the recording cannot be read
   * @throws io.dropwatch.output.RecordingFormatException if the next value in it is not an event
   */
  public boolean next() {
    DropEvent event = recording.read();
    if (event == null) {
      return false;
    }
    seen++;
    switch (event.source()) {
      case HARDWARE -> hardware++;
      case SOFTWARE, UNKNOWN -> {}
    }
    if (isExcluded(event.device())) {
      excluded++;
    } else if (!noise.suppressesInKernel(event)) {
      filterAndTell(event);
    }
    return true;
  }

  private void filterAndTell(DropEvent event) {
    if (filter != null && !filter.matches(event.skbPacket())) {
      filtered++;
    } else if (!noise.suppresses(event)) {
      delivered++;
      listener.accept(event);
    }
  }

  /** Replays to the end of the recording: {@link #next} for each event. */
  public void run() {
    while (next()) {
      // Each is counted there.
    }
  }

  private boolean isExcluded(@Nullable NetworkDevice device) {
    if (!devices.isEmpty()) {
      return device == null || !devices.contains(device.name());
    }
    return device != null && excludedDevices.contains(device.name());
  }

  /** Returns the account of the events that were replayed so far. */
  public DropStatistics statistics() {
    DropStatisticsBuilder account =
        DropStatistics.builder()
            .seen(seen)
            .excluded(excluded)
            .filtered(filtered)
            .delivered(delivered)
            .hardware(hardware);
    noise.addTo(account);
    return account.build();
  }

  /**
   * Closes the recording.
   *
   * @throws UncheckedIOException if that fails
   */
  @Override
  public void close() {
    recording.close();
  }
}
