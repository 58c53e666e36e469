package io.dropwatch.output;

import com.fasterxml.jackson.core.JsonLocation;
import java.io.Serial;

/**
 * Thrown when a recording has something other than an event in it. The message begins with the
 * place: {@code line 3, column 8: pid: expected a number, was "x"}.
 *
 * @see JsonReader#read
 */
public final class RecordingFormatException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /** Line of the error, from 1. */
  private final int line;

  /** Column of the error, from 1. */
  private final int column;

  RecordingFormatException(JsonLocation location, String why, Throwable cause) {
    super(
        Printable.line(
            "line %d, column %d: %s".formatted(location.getLineNr(), location.getColumnNr(), why)),
        cause);
    this.line = location.getLineNr();
    this.column = location.getColumnNr();
  }

  /** Returns the line of the error, counted from 1. */
  public int line() {
    return line;
  }

  /** Returns the column of the error in its line, counted from 1. */
  public int column() {
    return column;
  }
}
