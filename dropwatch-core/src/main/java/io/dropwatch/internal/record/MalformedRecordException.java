package io.dropwatch.internal.record;

import java.io.Serial;

/**
 * A record of the ring is not one that our probe writes. The message says what is wrong with it.
 */
public final class MalformedRecordException extends Exception {
  @Serial private static final long serialVersionUID = 1;

  MalformedRecordException(String message) {
    super(message);
  }
}
