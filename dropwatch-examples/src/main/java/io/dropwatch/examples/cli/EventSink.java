package io.dropwatch.examples.cli;

import io.dropwatch.DropEvent;
import io.dropwatch.examples.huatuo.HuatuoStream;
import io.dropwatch.output.EventWriter;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The destination of a session's events. */
sealed interface EventSink {
  /** Writes an event; returns false if the destination accepts no more. */
  boolean write(DropEvent event);

  /**
   * Writes what is buffered, closes, and reports failures on stderr.
   *
   * @return whether every event was written; true also if the reader of stdout closed its pipe
   */
  boolean end();

  /** Events on stdout. */
  record ToStdout(StandardOutput stdout, EventWriter writer) implements EventSink {
    @Override
    public boolean write(DropEvent event) {
      try {
        writer.write(event);
        return true;
      } catch (UncheckedIOException e) {
        return false;
      }
    }

    @Override
    public boolean end() {
      stdout.close();
      IOException failure = stdout.failure();
      if (failure != null) {
        System.err.println("dropwatch: cannot write to stdout: " + failure.getMessage());
      }
      return failure == null;
    }
  }

  /** Events for a huatuo-bamai daemon. An event that the stream loses does not end the session. */
  record ToHuatuo(HuatuoStream stream) implements EventSink {
    @Override
    public boolean write(DropEvent event) {
      stream.write(event);
      return true;
    }

    @Override
    public boolean end() {
      stream.close();
      System.err.println("output-storage: " + stream.statistics());
      return stream.statistics().lost() == 0;
    }
  }
}
