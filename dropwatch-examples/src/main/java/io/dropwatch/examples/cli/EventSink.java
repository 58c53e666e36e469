package io.dropwatch.examples.cli;

import io.dropwatch.DropEvent;
import io.dropwatch.examples.huatuo.HuatuoStream;
import io.dropwatch.examples.huatuo.StreamStatistics;
import io.dropwatch.examples.terminal.Stderr;
import io.dropwatch.examples.terminal.Stdout;
import io.dropwatch.output.EventWriter;
import java.io.UncheckedIOException;

/** The destination of a session's events. */
sealed interface EventSink {
  /** Writes an event; returns false if the destination accepts no more. */
  boolean write(DropEvent event);

  /** Writes what is buffered, closes, and tells about failures on stderr. */
  void end();

  /**
   * Prints the account on stderr, with what the destination did not take. Also before the end, if
   * that does not come.
   *
   * @param delivered the events of the account
   * @return whether the destination took every event; true also if the reader of stdout left
   */
  boolean report(long delivered, String account);

  /**
   * Events on stdout.
   *
   * @param addresses whether they are written with kernel addresses
   */
  record ToStdout(StandardOutput stdout, EventWriter writer, boolean addresses)
      implements EventSink {
    @Override
    public boolean write(DropEvent event) {
      try {
        writer.write(addresses ? event : event.withoutKernelAddresses());
        return true;
      } catch (UncheckedIOException e) {
        return false;
      }
    }

    @Override
    public void end() {
      stdout.close();
      var _ = Stdout.isComplete();
    }

    @Override
    public boolean report(long delivered, String account) {
      long written = stdout.written();
      long rest = delivered - written;
      Stderr.println(
          rest == 0 ? account : account + " written=" + written + " not_written=" + rest);
      return rest == 0 || Stdout.isPipeClosed();
    }
  }

  /**
   * Events for a huatuo-bamai daemon. An event that the stream loses does not end the session.
   *
   * @param addresses whether they are written with kernel addresses
   */
  record ToHuatuo(HuatuoStream stream, boolean addresses) implements EventSink {
    @Override
    public boolean write(DropEvent event) {
      stream.write(addresses ? event : event.withoutKernelAddresses());
      return true;
    }

    @Override
    public void end() {
      stream.close();
    }

    @Override
    public boolean report(long delivered, String account) {
      StreamStatistics statistics = stream.statistics();
      Stderr.println("output-storage: " + statistics);
      Stderr.println(account);
      return statistics.sent() == delivered;
    }
  }
}
