package io.dropwatch.pcapfilter.packet;

import java.io.IOException;

/** Bytes that are no capture file, or a broken one, or one of packets that no filter is for. */
public final class CaptureFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long offset;

  CaptureFormatException(String problem, long offset) {
    super(problem + ", at byte " + offset);
    this.offset = offset;
  }

  /** Where in the file the part begins that is wrong, in bytes from its start. */
  public long offset() {
    return offset;
  }
}
