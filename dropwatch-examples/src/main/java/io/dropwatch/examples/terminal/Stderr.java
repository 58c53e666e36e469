package io.dropwatch.examples.terminal;

import io.dropwatch.output.Printable;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;

/**
 * Standard error, for messages. They quote file names, arguments and names of the kernel, so each
 * is escaped and bounded here.
 */
public final class Stderr {
  private static final PrintWriter WRITER =
      new PrintWriter(
          new EscapingWriter(new OutputStreamWriter(System.err, System.err.charset())), true);

  private Stderr() {}

  /** Prints a message. */
  public static void println(String message) {
    WRITER.println(Printable.message(message));
  }

  /** Returns a writer that escapes what could steer a terminal. */
  public static PrintWriter writer() {
    return WRITER;
  }
}
