package io.dropwatch.output;

import io.dropwatch.layers.HardwareAddress;
import io.dropwatch.layers.IpAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/**
 * Writes lines of JSON as bytes into a reused buffer, so that a line leaves no garbage. Characters
 * other than printable ASCII are escaped. The caller must close what it opens and name the values
 * of an object. Not thread-safe.
 */
final class JsonLine {
  private static final int TYPICAL_LENGTH = 4096;

  /** Length of an escaped UTF-16 unit, the longest form of a character. */
  private static final int ESCAPED = 6;

  private static final int LONGEST_NUMBER = 20;
  private static final int NANO_DIGITS = 9;

  /** The letter after the backslash for each character; 0: not escaped; 'u': as its number. */
  private static final byte[] ESCAPES = new byte[128];

  private static final byte[] UPPER = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LOWER = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);

  static {
    Arrays.fill(ESCAPES, 0, ' ', (byte) 'u');
    // JSON allows DEL, a terminal acts on it.
    ESCAPES[0x7f] = 'u';
    ESCAPES['"'] = '"';
    ESCAPES['\\'] = '\\';
    ESCAPES['\b'] = 'b';
    ESCAPES['\f'] = 'f';
    ESCAPES['\n'] = 'n';
    ESCAPES['\r'] = 'r';
    ESCAPES['\t'] = 't';
  }

  private byte[] bytes = new byte[TYPICAL_LENGTH];
  private int length;

  /** Whether the next name or element is the first: it has no comma before it. */
  private boolean first = true;

  private final Timestamp.SecondCache seconds = new Timestamp.SecondCache();
  private final byte[] address = new byte[16];

  /** Returns the buffer: valid up to {@link #length}, until more is written. */
  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  /** Begins another line. */
  JsonLine reset() {
    length = 0;
    first = true;
    return this;
  }

  void endLine() {
    room(1);
    bytes[length++] = '\n';
  }

  void writeStartObject() {
    open('{');
  }

  void writeEndObject() {
    close('}');
  }

  void writeStartArray() {
    open('[');
  }

  void writeEndArray() {
    close(']');
  }

  void writeArrayFieldStart(String name) {
    writeFieldName(name);
    writeStartArray();
  }

  private void open(char bracket) {
    room(2);
    comma();
    bytes[length++] = (byte) bracket;
    first = true;
  }

  private void close(char bracket) {
    room(1);
    bytes[length++] = (byte) bracket;
    first = false;
  }

  private void comma() {
    if (!first) {
      bytes[length++] = ',';
    }
    first = false;
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }

  /**
   * Writes the name of the next value.
   *
   * @param name needs no escapes
   */
  @SuppressWarnings("deprecation") // Correct for ASCII, and copies without another array.
  void writeFieldName(String name) {
    room(name.length() + 4);
    comma();
    byte[] to = bytes;
    int at = length;
    to[at++] = '"';
    name.getBytes(0, name.length(), to, at);
    at += name.length();
    to[at++] = '"';
    to[at++] = ':';
    length = at;
    first = true;
  }

  void writeStringField(String name, String value) {
    writeFieldName(name);
    writeString(value);
  }

  void writeString(String value) {
    room(ESCAPED * value.length() + 3);
    comma();
    byte[] to = bytes;
    int at = length;
    to[at++] = '"';
    for (int i = 0; i < value.length(); i++) {
      char unit = value.charAt(i);
      byte escape = unit < ESCAPES.length ? ESCAPES[unit] : (byte) 'u';
      if (escape == 0) {
        to[at++] = (byte) unit;
      } else {
        at = escape(to, at, unit, escape);
      }
    }
    to[at++] = '"';
    length = at;
  }

  private static int escape(byte[] to, int start, char unit, byte escape) {
    int at = start;
    to[at++] = '\\';
    to[at++] = escape;
    if (escape == 'u') {
      to[at++] = UPPER[unit >> 12];
      to[at++] = UPPER[unit >> 8 & 0xf];
      to[at++] = UPPER[unit >> 4 & 0xf];
      to[at++] = UPPER[unit & 0xf];
    }
    return at;
  }

  void writeBooleanField(String name, boolean value) {
    writeFieldName(name);
    writeRawValue(value ? TRUE : FALSE);
  }

  void writeNumberField(String name, long value) {
    writeFieldName(name);
    room(LONGEST_NUMBER + 1);
    comma();
    if (value < 0) {
      bytes[length++] = '-';
    }
    digits(value < 0 ? -value : value);
  }

  /** Writes an unsigned 64-bit number. */
  void writeUnsignedField(String name, long value) {
    writeFieldName(name);
    room(LONGEST_NUMBER + 1);
    comma();
    digits(value);
  }

  private void digits(long unsigned) {
    long rest = unsigned;
    if (unsigned < 0) {
      // The digits before the last one fit into 63 bits.
      rest = Long.divideUnsigned(unsigned, 10);
      digits(rest);
      rest = unsigned - 10 * rest;
    }
    int end = length + 1;
    for (long power = 10; end < length + 19 && rest >= power; power *= 10) {
      end++;
    }
    for (int at = end; at > length; ) {
      long tens = rest / 10;
      bytes[--at] = (byte) ('0' + (rest - 10 * tens));
      rest = tens;
    }
    length = end;
  }

  /** Writes a kernel address like {@link FrameText#address}. */
  void writePointerField(String name, long address) {
    writeFieldName(name);
    room(2 * Long.BYTES + 4);
    comma();
    bytes[length++] = '"';
    if (address != 0) {
      bytes[length++] = '0';
      bytes[length++] = 'x';
      for (int shift = Long.SIZE - 4; shift >= 0; shift -= 4) {
        bytes[length++] = LOWER[(int) (address >>> shift) & 0xf];
      }
    }
    bytes[length++] = '"';
  }

  /** Writes {@code "0x0800"}. */
  void writeHexField(String name, short value) {
    writeFieldName(name);
    room(9);
    comma();
    bytes[length++] = '"';
    bytes[length++] = '0';
    bytes[length++] = 'x';
    for (int shift = Short.SIZE - 4; shift >= 0; shift -= 4) {
      bytes[length++] = LOWER[value >> shift & 0xf];
    }
    bytes[length++] = '"';
  }

  void writeAddressField(String name, IpAddress value) {
    if (value.length() != 4) {
      writeStringField(name, value.toString());
      return;
    }
    writeFieldName(name);
    value.copyTo(address, 0);
    room(4 * 4 + 2);
    comma();
    bytes[length++] = '"';
    for (int i = 0; i < 4; i++) {
      if (i > 0) {
        bytes[length++] = '.';
      }
      digits(address[i] & 0xff);
    }
    bytes[length++] = '"';
  }

  void writeAddressField(String name, HardwareAddress value) {
    if (value.length() == 0 || value.length() > address.length) {
      writeStringField(name, value.toString());
      return;
    }
    writeFieldName(name);
    value.copyTo(address, 0);
    room(3 * address.length + 2);
    comma();
    bytes[length++] = '"';
    for (int i = 0; i < value.length(); i++) {
      if (i > 0) {
        bytes[length++] = ':';
      }
      bytes[length++] = LOWER[address[i] >> 4 & 0xf];
      bytes[length++] = LOWER[address[i] & 0xf];
    }
    bytes[length++] = '"';
  }

  void writeHexField(String name, byte[] value) {
    writeFieldName(name);
    room(2 * value.length + 3);
    comma();
    byte[] to = bytes;
    int at = length;
    to[at++] = '"';
    for (byte each : value) {
      to[at++] = LOWER[each >> 4 & 0xf];
      to[at++] = LOWER[each & 0xf];
    }
    to[at++] = '"';
    length = at;
  }

  /** Writes a time like {@link Timestamp}. */
  void writeTimestampField(String name, Instant time) {
    writeFieldName(name);
    byte[] second = seconds.of(time.getEpochSecond());
    room(second.length + NANO_DIGITS + 5);
    comma();
    bytes[length++] = '"';
    System.arraycopy(second, 0, bytes, length, second.length);
    length += second.length;
    fraction(time.getNano());
    bytes[length++] = 'Z';
    bytes[length++] = '"';
  }

  private void fraction(int nanos) {
    if (nanos == 0) {
      return;
    }
    bytes[length++] = '.';
    int digits = NANO_DIGITS;
    int rest = nanos;
    while (rest % 10 == 0) {
      rest /= 10;
      digits--;
    }
    for (int at = length + digits; at > length; rest /= 10) {
      bytes[--at] = (byte) ('0' + rest % 10);
    }
    length += digits;
  }

  /** Writes encoded JSON. */
  void writeRawValue(byte[] json) {
    room(json.length + 1);
    comma();
    System.arraycopy(json, 0, bytes, length, json.length);
    length += json.length;
  }

  /** Returns a copy of what is written. */
  byte[] toByteArray() {
    return Arrays.copyOf(bytes, length);
  }

  @Override
  public String toString() {
    return new String(bytes, 0, length, StandardCharsets.US_ASCII);
  }
}
