package io.dropwatch.examples.cli;

import io.dropwatch.DropEvent;
import io.dropwatch.DropWatchException;
import io.dropwatch.DropWatcher;
import io.dropwatch.DropWatcherBuilder;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One run of the command: start, write events, stop, say what became of every drop.
 *
 * <p>It ends by itself after the duration, at SIGINT, SIGTERM or SIGHUP (the JVM's shutdown hooks),
 * and when the sink takes no more; each way detaches from the kernel, writes what was already taken
 * from it and prints the statistics.
 */
final class WatchSession {
  static final Duration UNTIL_STOPPED = Duration.ZERO;

  /** Time that a signal leaves for writing what is under way, to a reader that may have stalled. */
  private static final long SECONDS_TO_END = 5;

  private final DropWatcherBuilder plan;
  private final Duration duration;
  private final EventSink sink;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean stopRequested;
  private volatile @Nullable DropWatcher watching;

  /**
   * @param sink makes the sink, given what it calls from any thread when it takes no more
   */
  WatchSession(DropWatcherBuilder plan, Function<Runnable, EventSink> sink, Duration duration) {
    this.plan = plan.onEvent(this::write);
    this.duration = duration;
    this.sink = sink.apply(this::stop);
  }

  /** Returns the exit status. */
  int run() throws InterruptedException {
    Thread hook = Thread.ofPlatform().name("end of the session").unstarted(this::endBySignal);
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      DropWatcher watcher = plan.start();
      watching = watcher;
      try (watcher) {
        if (!stopRequested) {
          System.err.println("dropwatch: watching through " + watcher.probe() + "; Ctrl-C ends");
          await(watcher);
        }
      } catch (DropWatchException e) {
        // Watching broke off in the middle: what came until then was written, and is accounted for.
        var _ = sink.end(System.err);
        System.err.println(watcher.statistics());
        throw e;
      }
      boolean complete = sink.end(System.err);
      System.err.println(watcher.statistics());
      return complete ? 0 : 1;
    } finally {
      ended.countDown();
    }
  }

  private void await(DropWatcher watcher) throws InterruptedException {
    if (duration.equals(UNTIL_STOPPED)) {
      watcher.awaitClose();
    } else {
      var _ = watcher.awaitClose(duration);
    }
  }

  private void write(DropEvent event) {
    try {
      sink.write(event);
    } catch (UncheckedIOException e) {
      // The reader of the pipe left, or the disk is full: nothing more can be told.
      stop();
    }
  }

  /** From any thread. Returns when the probe is detached, unless it is not even attached yet. */
  private void stop() {
    stopRequested = true;
    DropWatcher watcher = watching;
    if (watcher != null) {
      watcher.close();
    }
  }

  /** Runs while the JVM ends: when System.exit ends it after run(), there is nothing left to do. */
  private void endBySignal() {
    if (ended.getCount() == 0) {
      return;
    }
    // Not here: stop() waits for a listener that may wait for a reader that has stalled.
    Thread.ofPlatform().name("stop").daemon().start(this::stop);
    boolean clean = false;
    try {
      clean = ended.await(SECONDS_TO_END, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    DropWatcher watcher = watching;
    if (!clean && watcher != null) {
      System.err.println(watcher.statistics());
    }
    // Without this the status would be that of the signal.
    Runtime.getRuntime().halt(0);
  }
}
