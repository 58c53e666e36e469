package io.dropwatch.examples.cli;

import io.dropwatch.DropEvent;
import io.dropwatch.DropWatchException;
import io.dropwatch.DropWatcher;
import io.dropwatch.DropWatcherBuilder;
import io.dropwatch.examples.terminal.Stderr;
import io.dropwatch.examples.terminal.StopSignal;
import io.dropwatch.model.DropStatistics;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code dropwatch}: starts the watcher, writes events, and prints the statistics at the
 * end.
 *
 * <p>Ends after the duration, at a signal, and when the destination accepts no more events. In each
 * case the probe is detached and events that were read from the ring are written.
 */
final class WatchSession {
  private final DropWatcherBuilder builder;
  private final Duration duration;
  private final EventSink sink;
  private volatile boolean stopRequested;
  private volatile @Nullable DropWatcher watcher;

  /**
   * Opens the destination of the events.
   *
   * @param duration zero: until interrupted
   */
  WatchSession(DropWatcherBuilder builder, OutputOptions output, Duration duration)
      throws IOException {
    this.builder = builder.onEvent(this::write);
    this.duration = duration;
    this.sink = output.open(this::stop);
  }

  /** Returns the exit status. */
  int run() throws InterruptedException {
    try (StopSignal signal = new StopSignal(this::stop, this::report)) {
      DropWatcher started = builder.start();
      watcher = started;
      try (started) {
        if (!stopRequested) {
          Stderr.println("dropwatch: watching through " + started.probe() + "; Ctrl-C stops");
          await(started);
        }
      } catch (DropWatchException e) {
        // Watching failed after the start; report the events that came before.
        sink.end();
        var _ = report();
        throw e;
      }
      sink.end();
      return signal.ended(report());
    }
  }

  private void await(DropWatcher started) throws InterruptedException {
    if (duration.isZero()) {
      started.awaitClose();
    } else {
      var _ = started.awaitClose(duration);
    }
  }

  private void write(DropEvent event) {
    if (!sink.write(event)) {
      stop();
    }
  }

  /** Called from any thread. Blocks until the probe is detached, if it is attached. */
  private void stop() {
    stopRequested = true;
    DropWatcher started = watcher;
    if (started != null) {
      started.close();
    }
  }

  /** Prints the account, and returns the exit status that it means. */
  private int report() {
    DropWatcher started = watcher;
    if (started == null) {
      return 0;
    }
    DropStatistics statistics = started.statistics();
    return sink.report(statistics.delivered(), statistics.toString()) ? 0 : 1;
  }
}
