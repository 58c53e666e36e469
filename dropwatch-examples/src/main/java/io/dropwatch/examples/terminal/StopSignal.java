package io.dropwatch.examples.terminal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * Ends a session at SIGINT, SIGTERM or SIGHUP, which the JVM reports to shutdown hooks. The session
 * has five seconds to finish. Then the process exits with the status of the session, which {@link
 * #ended} tells, and 1 if it did not. {@link #close} marks the end of the session: from then on a
 * signal does nothing here.
 */
public final class StopSignal implements AutoCloseable {
  private static final long SECONDS_TO_FINISH = 5;

  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile int status = 1;

  /**
   * Installs the handler.
   *
   * @param stop ends the session; runs on a thread of its own, because it may block
   * @param onTimeout runs if the session does not finish in time, and returns the exit status
   */
  public StopSignal(Runnable stop, IntSupplier onTimeout) {
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform().name("stop signal").unstarted(() -> finish(stop, onTimeout)));
  }

  /** Tells the exit status of the session, and returns it. */
  public int ended(int status) {
    this.status = status;
    return status;
  }

  @Override
  public void close() {
    finished.countDown();
  }

  private void finish(Runnable stop, IntSupplier onTimeout) {
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
    // Without this the exit status would be that of the signal.
    Runtime.getRuntime().halt(inTime ? status : onTimeout.getAsInt());
  }
}
