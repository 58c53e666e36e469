package io.dropwatch.output;

import io.dropwatch.DropEvent;
import java.io.UncheckedIOException;

/**
 * Writes events to a stream, each whole or not at all as far as the stream allows. Thread-safe:
 * lines of two events never mix.
 *
 * <pre>{@code
 * EventWriter writer = new JsonWriter(System.out);
 * DropWatcher.builder().onEvent(writer::write)…
 * }</pre>
 */
public interface EventWriter extends AutoCloseable {
  /**
   * Writes one event.
   *
   * @throws UncheckedIOException if the stream takes no more, such as a pipe whose reader left;
   *     after that every call fails in the same way, lest half a line get a whole one behind it
   */
  void write(DropEvent event);

  /**
   * Hands on what the stream may have buffered.
   *
   * @throws UncheckedIOException as {@link #write}
   */
  void flush();

  /**
   * Flushes and closes the stream; once is enough, more do no harm.
   *
   * @throws UncheckedIOException as {@link #write}
   */
  @Override
  void close();
}
