package io.dropwatch.output;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.dropwatch.DropEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link JsonWriter} wrote: the event read equals the event written. A missing field is
 * unknown, as in {@link DropEvent#builder}; a field that this version does not know is skipped.
 * Layers are decoded from the packet's bytes, not read.
 *
 * <p>Not thread-safe.
 */
public final class JsonReader implements AutoCloseable {
  private final JsonParser json;

  /**
   * Creates a reader of a stream of JSON objects in UTF-8, as a rule one per line. {@link #close}
   * closes the stream.
   *
   * @throws UncheckedIOException if the stream cannot be read
   */
  public JsonReader(InputStream stream) {
    try {
      json = new JsonFactory().createParser(stream);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read events: " + e.getMessage(), e);
    }
  }

  /**
   * Returns the next event; null after the last.
   *
   * @throws UncheckedIOException if the stream cannot be read
   * @throws RecordingFormatException if the next value is not an event; has the line and the column
   */
  public @Nullable DropEvent read() {
    try {
      JsonToken first = json.nextToken();
      if (first == null) {
        return null;
      }
      if (first != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("an event is a JSON object, was " + json.getText());
      }
      return EventFields.read(json);
    } catch (JsonEOFException e) {
      throw new RecordingFormatException(
          json.currentLocation(), "the recording ends in the middle of an event", e);
    } catch (JsonProcessingException e) {
      throw new RecordingFormatException(json.currentLocation(), e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read events: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      throw new RecordingFormatException(json.currentTokenLocation(), e.getMessage(), e);
    }
  }

  /** Returns the remaining events, read as the stream is consumed; see {@link #read}. */
  public Stream<DropEvent> events() {
    return StreamSupport.stream(
        new AbstractSpliterator<DropEvent>(
            Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL) {
          @Override
          public boolean tryAdvance(Consumer<? super DropEvent> action) {
            DropEvent event = read();
            if (event != null) {
              action.accept(event);
            }
            return event != null;
          }
        },
        false);
  }

  /**
   * Closes the stream.
   *
   * @throws UncheckedIOException if that fails
   */
  @Override
  public void close() {
    try {
      json.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close events: " + e.getMessage(), e);
    }
  }
}
