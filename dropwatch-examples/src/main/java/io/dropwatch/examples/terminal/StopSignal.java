package io.dropwatch.examples.terminal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends a session at SIGINT, SIGTERM or SIGHUP, which the JVM reports to shutdown hooks. The session
 * has five seconds to finish; then the process exits with status 0. {@link #close} marks the end of
 * the session: from then on a signal does nothing here.
 */
public final class StopSignal implements AutoCloseable {
  private static final long SECONDS_TO_FINISH = 5;

  private final CountDownLatch finished = new CountDownLatch(1);

  /**
   * Installs the handler.
   *
   * @param stop ends the session; runs on a thread of its own, because it may block
   * @param onTimeout runs if the session does not finish in time
   */
  public StopSignal(Runnable stop, Runnable onTimeout) {
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform().name("stop signal").unstarted(() -> finish(stop, onTimeout)));
  }

  @Override
  public void close() {
    finished.countDown();
  }

  private void finish(Runnable stop, Runnable onTimeout) {
    // System.exit runs the hook as well, after the session.
    if (finished.getCount() == 0) {
      return;
    }
    Thread.ofPlatform().name("stop").daemon().start(stop);
    boolean inTime = false;
    try {
      inTime = finished.await(SECONDS_TO_FINISH, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!inTime) {
      onTimeout.run();
    }
    // Without this the exit status would be that of the signal.
    Runtime.getRuntime().halt(0);
  }
}
