package io.dropwatch.output;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import io.dropwatch.layers.HardwareAddress;
import io.dropwatch.layers.IpAddress;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Compares the bytes with those of Jackson's generator and of the JDK. */
class JsonLineTest {
  /** The escapes of Jackson, and DEL. */
  private static final class Escapes extends CharacterEscapes {
    private static final long serialVersionUID = 1;

    @Override
    public int[] getEscapeCodesForAscii() {
      int[] codes = standardAsciiEscapesForJSON();
      codes[0x7f] = ESCAPE_STANDARD;
      return codes;
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int character) {
      return null;
    }
  }

  private static JsonGenerator jackson(StringWriter to) throws IOException {
    return new JsonFactoryBuilder()
        .highestNonEscapedChar(0x7f)
        .characterEscapes(new Escapes())
        .build()
        .createGenerator(to);
  }

  @Property(tries = 2000)
  void writeString_anyText_escapesLikeJackson(@ForAll String text) throws IOException {
    StringWriter theirs = new StringWriter();
    try (JsonGenerator json = jackson(theirs)) {
      json.writeStartArray();
      json.writeString(text);
      json.writeString(text);
      json.writeEndArray();
    }
    JsonLine ours = new JsonLine();
    ours.writeStartArray();
    ours.writeString(text);
    ours.writeString(text);
    ours.writeEndArray();
    assertEquals(theirs.toString(), ours.toString());
  }

  @Property(tries = 2000)
  void writeNumberField_anyNumber_isTheTextOfLong(@ForAll long number) {
    // Shifted, since few random numbers are short.
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      long value = number >> shift;
      assertField(Long.toString(value), json -> json.writeNumberField("n", value));
      assertField(Long.toUnsignedString(value), json -> json.writeUnsignedField("n", value));
      assertField('"' + FrameText.address(value) + '"', json -> json.writePointerField("n", value));
    }
  }

  @Test
  void writeNumberField_powersOfTenAndLimits() {
    for (long value = 1; value > 0 && value < Long.MAX_VALUE / 10; value *= 10) {
      for (long near : List.of(value - 1, value, value + 1, -value)) {
        assertField(Long.toString(near), json -> json.writeNumberField("n", near));
      }
    }
    for (long value : new long[] {Long.MIN_VALUE, Long.MAX_VALUE, -1, 0}) {
      assertField(Long.toString(value), json -> json.writeNumberField("n", value));
      assertField(Long.toUnsignedString(value), json -> json.writeUnsignedField("n", value));
    }
  }

  @Property(tries = 1000)
  void writeTimestampField_anyTime_isTheTextOfTimestamp(@ForAll long seed) {
    Random random = new Random(seed);
    JsonLine line = new JsonLine();
    for (int i = 0; i < 20; i++) {
      // Few different seconds, so that cached ones recur in any order.
      Instant time =
          Instant.ofEpochSecond(
              1_781_944_212L + random.nextInt(4) - 2,
              random.nextInt(1000) * (random.nextBoolean() ? 1_000_000L : 1));
      line.reset();
      line.writeStartObject();
      line.writeTimestampField("t", time);
      line.writeEndObject();
      assertEquals("{\"t\":\"" + Timestamp.of(time) + "\"}", line.toString());
    }
  }

  @Property(tries = 500)
  void writeAddressField_anyAddress_isItsText(@ForAll long seed) {
    Random random = new Random(seed);
    for (int length : new int[] {0, 4, 6, 16, 20}) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      HardwareAddress hardware = HardwareAddress.of(bytes);
      assertField('"' + hardware.toString() + '"', json -> json.writeAddressField("a", hardware));
      if (length == 4 || length == 16) {
        IpAddress ip = IpAddress.of(bytes);
        assertField('"' + ip.toString() + '"', json -> json.writeAddressField("a", ip));
      }
    }
  }

  @Test
  void reset_betweenLongAndShortLines() {
    JsonLine line = new JsonLine();
    for (int length : new int[] {10, 100_000, 10}) {
      line.reset();
      line.writeStartObject();
      line.writeStringField("a", "\u0000".repeat(length));
      line.writeHexField("b", new byte[length]);
      line.writeBooleanField("c", false);
      line.writeArrayFieldStart("d");
      line.writeEndArray();
      line.writeEndObject();
      assertEquals(
          "{\"a\":\""
              + "\\u0000".repeat(length)
              + "\",\"b\":\""
              + "00".repeat(length)
              + "\",\"c\":false,\"d\":[]}",
          line.toString());
    }
  }

  private static void assertField(String expected, Consumer<JsonLine> field) {
    JsonLine line = new JsonLine();
    line.writeStartObject();
    field.accept(line);
    field.accept(line);
    line.writeEndObject();
    String all = line.toString();
    int colon = all.indexOf(':') + 1;
    String name = all.substring(1, colon);
    assertEquals("{" + name + expected + "," + name + expected + "}", all);
  }
}
