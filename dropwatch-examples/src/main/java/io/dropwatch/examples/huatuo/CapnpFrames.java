package io.dropwatch.examples.huatuo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The messages of {@code toolstream.capnp} as frames: standard unpacked stream framing, one segment
 * each.
 *
 * <pre>
 * u32 segments - 1 = 0 │ u32 words of the segment
 * word 0  pointer to Message               struct, 1 data word, 1 pointer
 *      1  u16 which: 0 connect, 1 chunk
 *      2  pointer to its content           struct, 1 data word, 3 pointers
 *      3  connect: u32 protoVersion XOR 1; chunk: bit 0 flush, bit 1 end
 *    4-6  connect: toolName, version, taskID; chunk: data, error, containerID
 *    7..  their bytes, each padded to words; text ends in a 0
 * </pre>
 *
 * <p>Written by hand: generated code would need the Cap'n Proto compiler, a native program, in
 * every build, for three structs that do not change.
 *
 * @see <a href="https://capnproto.org/encoding.html">Cap'n Proto: Encoding Spec</a>
 */
final class CapnpFrames {
  /** The daemon's limit; it closes the connection after a larger message. */
  static final int MAX_BYTES = 64 << 20;

  private static final int WORD = Long.BYTES;
  private static final int HEADER_BYTES = WORD;
  private static final int FIRST_POINTER = 4;
  private static final int FIRST_BYTES = 7;
  private static final int CONNECT = 0;
  private static final int CHUNK = 1;
  private static final int END = 1 << 1;
  private static final byte[] EMPTY = {};

  private CapnpFrames() {}

  /** Returns the first message of a connection. An empty text is a null pointer. */
  static ByteBuffer connect(String toolName, String version, String taskId) {
    // protoVersion is stored XOR its default, 1.
    return frame(CONNECT, 0, text(toolName), text(version), text(taskId));
  }

  /** Returns the message with one event. */
  static ByteBuffer chunk(byte[] json) {
    return frame(CHUNK, 0, json, EMPTY, EMPTY);
  }

  /** Returns the last message of a connection. */
  static ByteBuffer end() {
    return frame(CHUNK, END, EMPTY, EMPTY, EMPTY);
  }

  /** Returns whether a chunk with this many bytes is within the limit. */
  static boolean fits(int jsonBytes) {
    return jsonBytes <= MAX_BYTES - HEADER_BYTES - FIRST_BYTES * WORD - WORD;
  }

  private static ByteBuffer frame(int which, int bits, byte[]... lists) {
    int words = FIRST_BYTES;
    for (byte[] list : lists) {
      words += words(list);
    }
    ByteBuffer frame =
        ByteBuffer.allocate(HEADER_BYTES + words * WORD).order(ByteOrder.LITTLE_ENDIAN);
    frame.putInt(0).putInt(words);
    frame.putLong(structPointer(1, 1)).putLong(which);
    frame.putLong(structPointer(1, lists.length)).putLong(bits);
    int place = FIRST_BYTES;
    for (int i = 0; i < lists.length; i++) {
      if (lists[i].length > 0) {
        frame.putLong(
            HEADER_BYTES + (FIRST_POINTER + i) * WORD,
            listPointer(place - (FIRST_POINTER + i) - 1, lists[i].length));
        frame.put(HEADER_BYTES + place * WORD, lists[i]);
        place += words(lists[i]);
      }
    }
    return frame.rewind();
  }

  /** Pointer to a struct that follows immediately: offset 0, kind 0. */
  private static long structPointer(int dataWords, int pointers) {
    return (long) pointers << 48 | (long) dataWords << 32;
  }

  /** Pointer to bytes (element size 2) that start this many words after it: kind 1. */
  private static long listPointer(int offset, int length) {
    return (long) length << 35 | 2L << 32 | (long) offset << 2 | 1;
  }

  private static byte[] text(String text) {
    return text.isEmpty() ? EMPTY : (text + '\0').getBytes(StandardCharsets.UTF_8);
  }

  private static int words(byte[] list) {
    return (list.length + WORD - 1) / WORD;
  }
}
