package io.dropwatch.internal.watch;

import java.io.Serial;
import java.time.Duration;

/**
 * Thrown when the listener, or another callback of the application, does not return. The stack
 * trace is that of its thread.
 */
public final class StuckListenerException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private StuckListenerException(String message) {
    super(message);
  }

  /**
   * Returns an exception with the present stack trace of a thread.
   *
   * @param callback what it called
   */
  static StuckListenerException in(Thread thread, String callback, Duration patience) {
    StackTraceElement[] stack = thread.getStackTrace();
    StuckListenerException stuck =
        new StuckListenerException(
            "the %s did not return within %s s of close(), nor when its thread %s was interrupted; it is at %s"
                .formatted(
                    callback,
                    patience.toMillis() / 1000.0,
                    thread.getName(),
                    stack.length == 0 ? "no place known" : place(stack)));
    stuck.setStackTrace(stack);
    return stuck;
  }

  // The innermost frame of the application says more than the JDK method that it called.
  private static StackTraceElement place(StackTraceElement[] stack) {
    for (StackTraceElement frame : stack) {
      if (!frame.getClassName().startsWith("java.")
          && !frame.getClassName().startsWith("jdk.")
          && !frame.getClassName().startsWith("sun.")) {
        return frame;
      }
    }
    return stack[0];
  }
}
