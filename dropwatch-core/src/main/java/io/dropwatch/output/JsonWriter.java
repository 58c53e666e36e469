package io.dropwatch.output;

import io.dropwatch.DropEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes events as NDJSON: each one JSON object on one line. Everything beyond printable ASCII is
 * written as {@code \\u…}, so a line is valid UTF-8 whatever a process calls itself, and harmless
 * on a terminal.
 *
 * <p>Every field of a layer is written, also when it is 0, and so is what {@link JsonReader} needs
 * to read the line back into an equal event.
 */
public final class JsonWriter implements EventWriter {
  private static final String SCHEMA = "drop-event.schema.json";

  private final LineOutput output;
  private final StackJson stacks = new StackJson();
  // Not synchronized: a full pipe blocks the writer, which must not pin a virtual thread's carrier.
  private final ReentrantLock lock = new ReentrantLock();
  private final JsonLine line = new JsonLine();

  /**
   * A writer to a stream that it closes in the end. Each event is one call of {@link
   * OutputStream#write(byte[], int, int)}: buffer the stream where many events are expected, and
   * flush.
   */
  public JsonWriter(OutputStream stream) {
    this.output = new LineOutput(stream);
  }

  @Override
  public void write(DropEvent event) {
    lock.lock();
    try {
      write(line.reset(), event, stacks);
      output.write(line.bytes(), line.length());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void flush() {
    output.flush();
  }

  @Override
  public void close() {
    output.close();
  }

  /** The event as one JSON object, without a newline. */
  public static String format(DropEvent event) {
    JsonLine line = new JsonLine();
    write(line, event, new StackJson());
    return new String(line.bytes(), 0, line.length() - 1, StandardCharsets.US_ASCII);
  }

  /** Returns the JSON Schema (draft 2020-12) of a line. */
  public static String schema() {
    try (InputStream schema = JsonWriter.class.getResourceAsStream(SCHEMA)) {
      return new String(
          Objects.requireNonNull(schema, SCHEMA).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + SCHEMA + " from the jar", e);
    }
  }

  private static void write(JsonLine line, DropEvent event, StackJson stacks) {
    EventJson.write(line, event, stacks);
    line.endLine();
  }
}
