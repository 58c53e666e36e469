package io.dropwatch.output;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
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
 * Reads back what {@link JsonWriter} wrote: the event read equals the event written. Fields that
 * are not there are unknown, as in {@link DropEvent#builder}; fields that this version does not
 * know are passed over. Layers are decoded from the packet's bytes, not read.
 *
 * <p>Not thread-safe.
 */
public final class JsonReader implements AutoCloseable {
  private final JsonParser json;

  /**
   * A reader of a stream of JSON objects, as a rule one per line, in UTF-8. It closes the stream in
   * the end.
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
   * The next event; null after the last.
   *
   * @throws UncheckedIOException if the stream cannot be read
   * @throws IllegalArgumentException if what comes is not an event; the message says where and why
   */
  public @Nullable DropEvent read() {
    try {
      JsonToken first = json.nextToken();
      if (first == null) {
        return null;
      }
      if (first != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("an event is a JSON object, not " + json.getText());
      }
      return EventFields.read(json);
    } catch (JsonEOFException e) {
      throw new IllegalArgumentException(
          at(json.currentLocation(), "it ends in the middle of an event"), e);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(at(json.currentLocation(), e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read events: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(at(json.currentTokenLocation(), e.getMessage()), e);
    }
  }

  /** All events to come, read as the stream is consumed. */
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

  private static String at(JsonLocation location, @Nullable String why) {
    return "line " + location.getLineNr() + ", column " + location.getColumnNr() + ": " + why;
  }
}
