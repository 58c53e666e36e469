package io.dropwatch.output;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.io.Serial;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The bytes of a recording, unpacked if they are gzip. Bounds what is read for one event, so that a
 * hostile file cannot fill the memory.
 */
final class RecordingInput extends FilterInputStream {
  /**
   * Longest event, in bytes of JSON: twice the longest that {@link JsonWriter} can write of what
   * {@link JsonReader} reads.
   */
  static final int MAX_EVENT_BYTES = 4 << 20;

  /** The parser reads ahead. */
  private static final int READ_AHEAD = 1 << 16;

  private static final String GZIP = "1f8b";

  /** First bytes of files that are compressed in another way, and what unpacks them. */
  private static final Map<String, String> PACKED =
      Map.of("28b52ffd", "zstd", "fd377a58", "xz", "425a68", "bzip2");

  private final boolean gzip;
  private int room = MAX_EVENT_BYTES + READ_AHEAD;

  private RecordingInput(InputStream in, boolean gzip) {
    super(in);
    this.gzip = gzip;
  }

  /**
   * @throws IOException if the stream cannot be read, or is compressed in a way that is not known
   */
  static RecordingInput of(InputStream stream) throws IOException {
    byte[] head = new byte[4];
    var in = new PushbackInputStream(stream, head.length);
    int length = in.readNBytes(head, 0, head.length);
    in.unread(head, 0, length);
    String magic = HexFormat.of().formatHex(head, 0, length);
    for (Map.Entry<String, String> packed : PACKED.entrySet()) {
      if (magic.startsWith(packed.getKey())) {
        throw new IOException(
            "the recording is compressed with %1$s, which is not read; unpack it, as '%1$s -dc' does"
                .formatted(packed.getValue()));
      }
    }
    boolean gzip = magic.startsWith(GZIP);
    return new RecordingInput(gzip ? unpacked(in) : in, gzip);
  }

  private static InputStream unpacked(InputStream in) throws IOException {
    try {
      return new GZIPInputStream(in, READ_AHEAD);
    } catch (EOFException | ZipException e) {
      throw damaged(e);
    }
  }

  private static IOException damaged(IOException cause) {
    return new IOException("the gzip data is damaged or ends early", cause);
  }

  /** Allows as many bytes as one event may have, and what the parser reads ahead. */
  void beginEvent() {
    room = MAX_EVENT_BYTES + READ_AHEAD;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int count;
    try {
      count = in.read(bytes, offset, length);
    } catch (EOFException | ZipException e) {
      throw gzip ? damaged(e) : e;
    }
    room -= Math.max(0, count);
    if (room < 0) {
      throw new EventTooLongException();
    }
    return count;
  }

  @Override
  public long skip(long count) throws IOException {
    throw new IOException("not needed");
  }

  /** An event is longer than {@link #MAX_EVENT_BYTES}. */
  static final class EventTooLongException extends IOException {
    @Serial private static final long serialVersionUID = 1;

    EventTooLongException() {
      super("an event has more than " + MAX_EVENT_BYTES + " bytes of JSON");
    }
  }
}
