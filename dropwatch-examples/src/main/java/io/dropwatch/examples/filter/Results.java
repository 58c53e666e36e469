package io.dropwatch.examples.filter;

import io.dropwatch.examples.terminal.PipeReader;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;

/** Stdout for what is said of packets: of a stream without an end, too. */
final class Results {
  private static final int STDOUT = 1;

  private final PrintWriter out;

  Results(CommandSpec command) {
    this.out = command.commandLine().getOut();
  }

  void print(String text) {
    out.print(text);
  }

  /**
   * Whether anybody takes more; false when the reader of a pipe has left, as {@code | head -1}
   * does.
   *
   * @throws IOException if stdout takes no more for another reason, such as a full disk
   */
  boolean goOn() throws IOException {
    // The writer stands before System.out, which keeps failures to itself.
    if (!out.checkError() && !System.out.checkError()) {
      return true;
    }
    if (PipeReader.hasLeft(STDOUT)) {
      return false;
    }
    throw new IOException("stdout takes no more: is its disk full?");
  }
}
