package io.dropwatch.pcapfilter.packet;

import java.io.IOException;

/**
 * Thrown when a file is not a capture file, is malformed, or has packets of an unsupported link
 * type.
 */
public final class CaptureFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long offset;

  CaptureFormatException(String problem, long offset) {
    super(problem + ", at byte " + offset);
    this.offset = offset;
  }

  /** Returns where in the file the malformed part begins, in bytes from the start of the file. */
  public long offset() {
    return offset;
  }
}
