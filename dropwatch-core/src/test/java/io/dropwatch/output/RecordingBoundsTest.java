package io.dropwatch.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropEvent;
import io.dropwatch.model.KernelStack;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** A recording is anybody's: what one event costs is bounded by what a probe can write. */
class RecordingBoundsTest {
  private static final String BEGIN =
      "{\"observed_timestamp\":\"2026-08-04T01:02:03Z\",\"drop_reason\":\"NO_SOCKET\"";

  private static JsonReader reader(String text) {
    return new JsonReader(new ByteArrayInputStream(text.getBytes(UTF_8)));
  }

  private static DropEvent read(String fields) {
    try (var reader = reader(BEGIN + fields + "}")) {
      return requireNonNull(reader.read());
    }
  }

  private static void assertRefused(String why, String fields) {
    try (var reader = reader(BEGIN + fields + "}")) {
      var thrown = assertThrows(RecordingFormatException.class, reader::read);
      String shown = String.valueOf(thrown.getMessage());
      assertTrue(shown.contains(why), shown);
      assertTrue(shown.length() < 400, shown);
    }
  }

  @Example
  void packet_ofMostBytes_isReadAndOneMoreIsRefused() {
    assertEquals(65536, read(",\"packet_bytes\":\"" + "00".repeat(65536) + "\"").packet().length);
    assertRefused(
        "packet must have at most 65536 bytes, was 65537",
        ",\"packet_bytes\":\"" + "00".repeat(65537) + "\"");
  }

  @Example
  void headers_moreThanTheBound_areMalformedAndCheap() {
    String tags = "000000000000000000000000" + "81000001".repeat(8000) + "88470000";
    DropEvent event = read(",\"packet_bytes\":\"" + tags + "00000040".repeat(8000) + "\"");

    assertEquals(128, event.layers().all().size());
    assertTrue(event.layers().malformed());
    assertTrue(JsonWriter.format(event).length() < 200_000);
    assertTrue(TextWriter.format(event).length() < 200_000);
  }

  @Example
  void headers_atTheBound_areAllDecoded() {
    // An Ethernet header and 127 tags; the last names a type that is not decoded.
    String tags = "000000000000000000000000" + "81000001".repeat(127) + "88b5";
    DropEvent event = read(",\"packet_bytes\":\"" + tags + "\"");

    assertEquals(128, event.layers().all().size());
    assertEquals(false, event.layers().malformed());
  }

  @Example
  void frames_mostAreReadAndOneMoreIsRefused() {
    assertEquals(127, read(frames(127)).stack().depth());
    assertRefused("a stack has at most 127 frames", frames(128));
    assertEquals(127, read(",\"stack\":\"" + "f\\n".repeat(127) + "\"").stack().depth());
    assertRefused("a stack has at most 127 frames", ",\"stack\":\"" + "f\\n".repeat(128) + "\"");
    assertRefused(
        "a stack has at most 127 frames", ",\"stack\":\"" + "f\\n".repeat(300_000) + "\"");
    assertThrows(
        IllegalArgumentException.class,
        () -> KernelStack.resolving(new long[KernelStack.MAX_DEPTH + 1], _ -> null));
  }

  private static String frame(int length) {
    return ",\"stack_frames\":[\"0x1 " + "x".repeat(length - 6) + "+1\"]";
  }

  /** Whatever is read can be written and read again. */
  @Example
  void largestEvent_isReadAgain() {
    String wide = Character.toString(0x4e2d);
    DropEvent event =
        read(
            IntStream.range(0, 127)
                    .mapToObj(i -> "\"0x1 " + wide.repeat(1018) + "+1\"")
                    .collect(Collectors.joining(",", ",\"stack_frames\":[", "]"))
                + Stream.of("comm", "netdev_name", "cgroup_path", "container_id", "owner_comm")
                    .map(name -> ",\"" + name + "\":\"" + wide.repeat(4096) + "\"")
                    .collect(Collectors.joining())
                + ",\"packet_bytes\":\""
                + "00".repeat(65536)
                + "\"");
    try (var reader = reader(JsonWriter.format(event))) {
      assertEquals(event, reader.read());
    }
  }

  private static String frames(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"0x1 f+" + i + "\"")
        .collect(Collectors.joining(",", ",\"stack_frames\":[", "]"));
  }

  @Example
  void names_ofMostCharacters_areReadAndOneMoreIsRefused() {
    for (String name :
        List.of("comm", "netdev_name", "drop_function", "cgroup_path", "container_id")) {
      var _ = read(",\"" + name + "\":\"" + "x".repeat(4096) + "\"");
      assertRefused(
          name + ": must have at most 4096 characters, was 4097",
          ",\"" + name + "\":\"" + "x".repeat(4097) + "\"");
    }
    assertEquals(
        1024 - 6, read(frame(1024)).stack().frames().getFirst().name().length(), "0x1 and +1");
    assertRefused("stack_frames: must have at most 1024 characters, was 1025", frame(1025));
    assertRefused("must have at most 1024", ",\"stack\":\"" + "x".repeat(1025) + "\"");
    var _ = read(",\"" + "n".repeat(4096) + "\":1");
    assertRefused("a name or number is too long", ",\"" + "n".repeat(4097) + "\":1");
  }

  @Example
  void events_ofMostBytes_areReadAndOneMoreIsRefused() {
    int rest = (4 << 20) - (BEGIN + ",\"x\":\"\"}").length();
    var _ = read(",\"x\":\"" + "y".repeat(rest) + "\"");
    assertRefused(
        "an event has more than 4194304 bytes of JSON", ",\"x\":\"" + "y".repeat(rest + 1) + "\"");
  }

  @Example
  void nesting_toTheBound_isReadAndOneMoreIsRefused() {
    var _ = read(",\"x\":" + "[".repeat(63) + "]".repeat(63));
    assertRefused("nested deeper than 64", ",\"x\":" + "[".repeat(64) + "]".repeat(64));
  }

  /** Each begins with {@link #BEGIN} and never ends; the old reader kept all of it. */
  @Example
  void endlessEvents_areRefused() {
    for (String repeated :
        List.of("y", "9", "[", ",\"a\":1", "{\"a\":", "\"", " ", "\\u0000", "\\n")) {
      for (String start : List.of(BEGIN + ",\"stack\":\"", BEGIN + ",\"x\":", BEGIN, "")) {
        InputStream endless =
            new SequenceInputStream(
                new ByteArrayInputStream(start.getBytes(UTF_8)),
                new SequenceInputStream(
                    Collections.enumeration(
                        Collections.nCopies(64, repeated.repeat(1 << 17)).stream()
                            .map(text -> new ByteArrayInputStream(text.getBytes(UTF_8)))
                            .toList())));
        try (var reader = new JsonReader(endless)) {
          var thrown = assertThrows(RecordingFormatException.class, reader::read);
          assertSpeaksOfNoLibrary(thrown);
        }
      }
    }
  }

  /** Any damage to a line ends in an event or in a message of this library. */
  @Property
  void read_damagedLine_speaksOfNoLibrary(
      @ForAll @IntRange(min = 0, max = 2000) int place, @ForAll byte value) {
    byte[] line = JsonWriter.format(Events.sample().build()).getBytes(UTF_8);
    line[place % line.length] = value;
    try (var reader = new JsonReader(new ByteArrayInputStream(line))) {
      var _ = reader.read();
    } catch (RecordingFormatException e) {
      assertSpeaksOfNoLibrary(e);
    }
  }

  private static void assertSpeaksOfNoLibrary(RecordingFormatException thrown) {
    String shown = String.valueOf(thrown.getMessage());
    assertTrue(
        Stream.of("jackson", "stream", "jsonread", "feature", "value_", "com.", "java.", "null")
            .noneMatch(shown.toLowerCase(Locale.ROOT)::contains),
        shown);
  }

  @Example
  void gzip_recordings_areRead() throws IOException {
    byte[] packed = gzip(BEGIN + "}\n");
    byte[] twice = Arrays.copyOf(packed, 2 * packed.length);
    System.arraycopy(packed, 0, twice, packed.length, packed.length);
    try (var reader = new JsonReader(new ByteArrayInputStream(twice))) {
      assertNotNull(reader.read());
      assertNotNull(reader.read());
      assertNull(reader.read());
    }
  }

  @Example
  void gzip_damaged_isNamed() throws IOException {
    byte[] packed = gzip(BEGIN + "}\n" + BEGIN + ",\"comm\":\"" + "x".repeat(4000) + "\"}\n");
    for (byte[] damaged :
        List.of(Arrays.copyOf(packed, packed.length - 20), new byte[] {0x1f, (byte) 0x8b, 1, 2})) {
      var thrown =
          assertThrows(
              UncheckedIOException.class,
              () -> {
                try (var reader = new JsonReader(new ByteArrayInputStream(damaged))) {
                  while (reader.read() != null) {}
                }
              });
      assertEquals(
          "cannot read events: the gzip data is damaged or ends early", thrown.getMessage());
    }
  }

  @Example
  void gzip_ofAnEndlessEvent_isRefused() throws IOException {
    byte[] packed = gzip(BEGIN + ",\"x\":\"" + "y".repeat(50_000_000));
    assertTrue(packed.length < 100_000);
    try (var reader = new JsonReader(new ByteArrayInputStream(packed))) {
      assertThrows(RecordingFormatException.class, reader::read);
    }
  }

  private static byte[] gzip(String text) throws IOException {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(text.getBytes(UTF_8));
    }
    return packed.toByteArray();
  }
}
