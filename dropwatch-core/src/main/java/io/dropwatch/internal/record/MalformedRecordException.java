package io.dropwatch.internal.record;

import java.io.Serial;

/** Thrown when a record of the ring is not one that the probe writes; the message says why. */
public final class MalformedRecordException extends Exception {
  @Serial private static final long serialVersionUID = 1;

  MalformedRecordException(String message) {
    super(message);
  }
}
