package io.dropwatch.output;

import io.dropwatch.DropEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Writes events as NDJSON: one JSON object per line. Characters other than printable ASCII are
 * written as {@code \\u…}, so that a line is valid UTF-8 and safe for a terminal whatever the names
 * in it are.
 *
 * <p>Every field of a layer is written, also when it is 0, and everything that {@link JsonReader}
 * needs to read the line back into an equal event: also kernel addresses, which {@link
 * DropEvent#withoutKernelAddresses} leaves out.
 */
public final class JsonWriter extends LineWriter {
  private static final String SCHEMA = "drop-event.schema.json";

  private final StackJson stacks = new StackJson();
  private final JsonLine line = new JsonLine();

  /**
   * Creates a writer to a stream, which {@link #close} closes. Each event is one call of {@link
   * OutputStream#write(byte[], int, int)}: for many events, buffer the stream and flush.
   */
  public JsonWriter(OutputStream stream) {
    super(stream);
  }

  @Override
  public void write(DropEvent event) {
    lock.lock();
    try {
      write(line.reset(), event, stacks);
      writeLines(line.bytes(), line.length());
    } finally {
      lock.unlock();
    }
  }

  /** Returns the event as one JSON object, without a newline. */
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
