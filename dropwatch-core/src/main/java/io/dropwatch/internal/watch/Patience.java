package io.dropwatch.internal.watch;

import java.time.Duration;

/**
 * How long the end of a watch waits for what.
 *
 * @param deliver how long records are still delivered after the close
 * @param listener how long after the close the listener may take to return from its last call; then
 *     its thread is interrupted
 * @param interrupted how long an interrupted listener may take; then it is left behind
 */
record Patience(Duration deliver, Duration listener, Duration interrupted) {
  static final Patience DEFAULT =
      new Patience(Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(1));
}
