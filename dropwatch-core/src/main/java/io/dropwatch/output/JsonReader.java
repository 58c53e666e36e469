package io.dropwatch.output;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.dropwatch.DropEvent;
import io.dropwatch.model.KernelStack;
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
 * Reads what {@link JsonWriter} wrote: the event read equals the event written. An event has at
 * least {@code observed_timestamp}, and {@code drop_reason} or {@code stack}; another missing field
 * is unknown, as in {@link DropEvent#builder}; a field that this version does not know is skipped.
 * Layers are decoded from the packet's bytes, not read.
 *
 * <p>The stream may hold anything, and what is read for one event is bounded: 4 MiB of JSON, names
 * of 4096 characters, {@link KernelStack#MAX_DEPTH} frames, a packet of 64 KiB.
 *
 * <p>Not thread-safe.
 */
public final class JsonReader implements AutoCloseable {
  /** Deepest nesting of JSON; events have 12 levels at most. */
  static final int MAX_NESTING = 64;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_NESTING)
                  .maxStringLength(RecordingInput.MAX_EVENT_BYTES)
                  .maxNameLength(EventFields.MAX_NAME)
                  .build())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  private final RecordingInput input;
  private final JsonParser json;

  /**
   * Creates a reader of a stream of JSON objects in UTF-8, as a rule one per line, which may be
   * compressed with gzip. {@link #close} closes the stream.
   *
   * @throws UncheckedIOException if the stream cannot be read
   */
  public JsonReader(InputStream stream) {
    try {
      input = RecordingInput.of(stream);
      json = JSON.createParser(input);
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
      input.beginEvent();
      JsonToken first = json.nextToken();
      if (first == null) {
        return null;
      }
      if (first != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException(
            "an event is a JSON object, was " + EventFields.shown(json));
      }
      long start = json.currentTokenLocation().getByteOffset();
      DropEvent event = EventFields.read(json);
      if (json.currentLocation().getByteOffset() - start > RecordingInput.MAX_EVENT_BYTES) {
        throw new RecordingInput.EventTooLongException();
      }
      return event;
    } catch (JsonEOFException e) {
      throw broken("the recording ends in the middle of an event", e);
    } catch (StreamConstraintsException e) {
      throw broken("a name or number is too long, or JSON is nested deeper than " + MAX_NESTING, e);
    } catch (JsonProcessingException e) {
      // The parser's own text names its classes and options.
      throw broken("this is not JSON", e);
    } catch (RecordingInput.EventTooLongException e) {
      throw broken(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read events: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      throw new RecordingFormatException(
          json.currentTokenLocation(), String.valueOf(e.getMessage()), e);
    }
  }

  private RecordingFormatException broken(String why, IOException cause) {
    return new RecordingFormatException(json.currentLocation(), why, cause);
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
