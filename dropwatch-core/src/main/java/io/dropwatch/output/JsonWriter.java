package io.dropwatch.output;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import io.dropwatch.DropEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Writes events as NDJSON: each one JSON object on one line. Everything beyond printable ASCII is
 * written as {@code \\u…}, so a line is valid UTF-8 whatever a process calls itself, and harmless
 * on a terminal.
 */
public final class JsonWriter implements EventWriter {
  /** Value of {@code source} in lines of a program that a user started: {@code tools}. */
  public static final String STANDALONE = "tools";

  /** Value of {@code source} in lines that a daemon collects: {@code events}. */
  public static final String UNDER_A_DAEMON = "events";

  private static final int TYPICAL_LENGTH = 2048;
  static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .highestNonEscapedChar(0x7f)
          .characterEscapes(new AsciiEscapes())
          .build();

  private final LineOutput output;
  private final JsonDialect dialect;
  private final String source;
  private final StackJson stacks;

  /** Writes the default dialect; see {@link #JsonWriter(OutputStream, JsonDialect)}. */
  public JsonWriter(OutputStream stream) {
    this(stream, JsonDialect.DEFAULT);
  }

  /**
   * A writer to a stream that it closes in the end. Each event is one call of {@link
   * OutputStream#write(byte[])}: buffer the stream where many events are expected, and flush.
   */
  public JsonWriter(OutputStream stream, JsonDialect dialect) {
    this(stream, dialect, STANDALONE);
  }

  /**
   * As {@link #JsonWriter(OutputStream, JsonDialect)}, and says who collects the events.
   *
   * @param source the lines' {@code source}: {@link #STANDALONE} or {@link #UNDER_A_DAEMON}
   */
  public JsonWriter(OutputStream stream, JsonDialect dialect, String source) {
    this.output = new LineOutput(stream);
    this.dialect = dialect;
    this.source = source;
    this.stacks = new StackJson(dialect);
  }

  @Override
  public void write(DropEvent event) {
    output.write(line(event, dialect, source, stacks));
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
  public static String format(DropEvent event, JsonDialect dialect) {
    byte[] line = line(event, dialect, STANDALONE, new StackJson(dialect));
    return new String(line, 0, line.length - 1, StandardCharsets.US_ASCII);
  }

  private static byte[] line(
      DropEvent event, JsonDialect dialect, String source, StackJson stacks) {
    var bytes = new ByteArrayOutputStream(TYPICAL_LENGTH);
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      EventJson.write(json, event, dialect, source, stacks);
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail to be written", e);
    }
    bytes.write('\n');
    return bytes.toByteArray();
  }
}
