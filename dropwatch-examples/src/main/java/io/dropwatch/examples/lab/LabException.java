package io.dropwatch.examples.lab;

import java.io.Serial;

/**
 * The network could not be made: what was tried, what came back, and where it is known, what to do.
 */
public final class LabException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  LabException(String message) {
    super(message);
  }

  LabException(String message, Throwable cause) {
    super(message, cause);
  }
}
