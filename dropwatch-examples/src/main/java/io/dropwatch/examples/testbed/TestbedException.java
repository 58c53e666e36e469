package io.dropwatch.examples.testbed;

import java.io.Serial;

/**
 * Thrown when the test network cannot be set up or used. The message names the command or system
 * call, its error and, if known, what to do.
 */
public final class TestbedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  TestbedException(String message) {
    super(message);
  }

  TestbedException(String message, Throwable cause) {
    super(message, cause);
  }
}
