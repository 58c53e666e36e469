package io.dropwatch.examples.huatuo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CapnpFramesTest {
  @Test
  void capnpDecode_readsTheStream() throws Exception {
    assertEquals(
        List.of(
            "(connect = (toolName = \"dropwatch\", version = \"1.2\", taskID = \"task 7\","
                + " protoVersion = 1))",
            "(chunk = (data = \"{\\\"pid\\\":1}\", flush = false, end = false))",
            "(chunk = (flush = false, end = true))"),
        decode(
            CapnpFrames.connect("dropwatch", "1.2", "task 7"),
            CapnpFrames.chunk("{\"pid\":1}".getBytes(UTF_8)),
            CapnpFrames.end()));
  }

  @Test
  void connect_emptyText_isANullPointer() throws Exception {
    assertEquals(
        List.of("(connect = (toolName = \"dropwatch\", protoVersion = 1))"),
        decode(CapnpFrames.connect("dropwatch", "", "")));
  }

  @Test
  void connect_nonAsciiText_isUtf8() throws Exception {
    String decoded = decode(CapnpFrames.connect("dropwatch", "1", "Zürich")).getFirst();
    assertTrue(decoded.contains("Z\\xc3\\xbcrich") || decoded.contains("Zürich"), decoded);
  }

  /** Covers every length modulo the word size. */
  @Test
  void frames_ofEveryLength_arePadded() throws Exception {
    List<ByteBuffer> frames = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int length = 1; length <= 40; length++) {
      String text = "x".repeat(length);
      frames.add(CapnpFrames.connect(text, text, text));
      frames.add(CapnpFrames.chunk(text.getBytes(UTF_8)));
      expected.add(
          "(connect = (toolName = \"%s\", version = \"%s\", taskID = \"%s\", protoVersion = 1))"
              .formatted(text, text, text));
      expected.add("(chunk = (data = \"%s\", flush = false, end = false))".formatted(text));
    }
    assertEquals(expected, decode(frames.toArray(ByteBuffer[]::new)));
  }

  @Test
  void fits_allowsFramesUpToTheDaemonsLimit() {
    int min = CapnpFrames.MAX_BYTES - 128;
    int max = min;
    while (CapnpFrames.fits(max + 1)) {
      max++;
    }
    ByteBuffer frame = CapnpFrames.chunk(new byte[max]);
    assertTrue(frame.capacity() <= CapnpFrames.MAX_BYTES, () -> "" + frame.capacity());
    assertTrue(max > min);
    assertFalse(CapnpFrames.fits(CapnpFrames.MAX_BYTES));
    int words = frame.order(ByteOrder.LITTLE_ENDIAN).getInt(4);
    assertEquals(frame.capacity(), 8 + 8 * words);
  }

  private static List<String> decode(ByteBuffer... frames) throws Exception {
    var stream = new ByteArrayOutputStream();
    for (ByteBuffer frame : frames) {
      byte[] bytes = new byte[frame.remaining()];
      frame.get(bytes);
      stream.write(bytes);
    }
    return CapnpDecode.messages(stream.toByteArray());
  }
}
