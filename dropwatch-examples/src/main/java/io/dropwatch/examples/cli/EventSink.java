package io.dropwatch.examples.cli;

import io.dropwatch.DropEvent;
import java.io.PrintStream;
import java.io.UncheckedIOException;

/** Where the events of a session go. */
sealed interface EventSink permits StdoutSink, StorageSink {
  /**
   * Takes an event.
   *
   * @throws UncheckedIOException if this takes no more
   */
  void write(DropEvent event);

  /**
   * Hands on what it holds, for the last time, and says what did not go as it should.
   *
   * @return whether this took all events that it was meant to take
   */
  boolean end(PrintStream err);
}
