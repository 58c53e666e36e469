package io.dropwatch.output;

import io.dropwatch.DropEvent;
import java.io.UncheckedIOException;

/**
 * Writes events to a stream. Thread-safe: the lines of one event are never interrupted by those of
 * another.
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
   * @throws UncheckedIOException if the stream fails, such as a pipe whose reader has exited; every
   *     later call fails in the same way, so that a partial line is never followed by a complete
   *     one
   */
  void write(DropEvent event);

  /**
   * Flushes the stream.
   *
   * @throws UncheckedIOException as {@link #write}
   */
  void flush();

  /**
   * Flushes and closes the stream; a second call does nothing.
   *
   * @throws UncheckedIOException as {@link #write}
   */
  @Override
  void close();
}
