package io.dropwatch.output;

import io.dropwatch.DropEvent;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

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

  private final LineOutput output;
  private final JsonDialect dialect;
  private final String source;
  private final StackJson stacks;
  // Not synchronized: a full pipe blocks the writer, which must not pin a virtual thread's carrier.
  private final ReentrantLock lock = new ReentrantLock();
  private final JsonLine line = new JsonLine();

  /** Writes the default dialect; see {@link #JsonWriter(OutputStream, JsonDialect)}. */
  public JsonWriter(OutputStream stream) {
    this(stream, JsonDialect.DEFAULT);
  }

  /**
   * A writer to a stream that it closes in the end. Each event is one call of {@link
   * OutputStream#write(byte[], int, int)}: buffer the stream where many events are expected, and
   * flush.
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
    lock.lock();
    try {
      write(line.reset(), event, dialect, source, stacks);
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
  public static String format(DropEvent event, JsonDialect dialect) {
    JsonLine line = new JsonLine();
    write(line, event, dialect, STANDALONE, new StackJson(dialect));
    return new String(line.bytes(), 0, line.length() - 1, StandardCharsets.US_ASCII);
  }

  private static void write(
      JsonLine line, DropEvent event, JsonDialect dialect, String source, StackJson stacks) {
    EventJson.write(line, event, dialect, source, stacks);
    line.endLine();
  }
}
