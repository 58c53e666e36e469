package io.dropwatch.examples.cli;

import io.dropwatch.DropEvent;
import io.dropwatch.output.EventWriter;
import java.io.IOException;
import java.io.PrintStream;

/** Events on stdout, as text or NDJSON. */
final class StdoutSink implements EventSink {
  private final StandardOutput stdout;
  private final EventWriter writer;

  /**
   * @param onGone called at least once when stdout takes no more
   */
  StdoutSink(OutputFormat format, Runnable onGone) {
    this.stdout = new StandardOutput(onGone);
    this.writer = format.writer(stdout);
  }

  @Override
  public void write(DropEvent event) {
    writer.write(event);
  }

  @Override
  public boolean end(PrintStream err) {
    stdout.close();
    IOException failure = stdout.failure();
    if (failure == null) {
      return true;
    }
    err.println(
        "dropwatch: stdout took no more events: " + failure.getMessage() + "; make room there");
    return false;
  }
}
