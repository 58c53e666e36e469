package io.dropwatch.internal.watch;

import java.time.Duration;

/**
 * How long the close of a watch waits.
 *
 * @param deliver how long records are still delivered after the close
 * @param listener how long after the close the listener may take to return from its last call; then
 *     its thread is interrupted
 * @param interrupted how long an interrupted listener may take to return; then its thread is left
 *     behind
 */
record CloseTimeouts(Duration deliver, Duration listener, Duration interrupted) {
  static final CloseTimeouts DEFAULT =
      new CloseTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(1));
}
