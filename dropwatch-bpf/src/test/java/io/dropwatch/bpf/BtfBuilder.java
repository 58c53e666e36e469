package io.dropwatch.bpf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Builds BTF for tests. Types get the ids 1, 2, … in the order of the calls. */
final class BtfBuilder {
  private final ByteArrayOutputStream types = new ByteArrayOutputStream();
  private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
  private final int firstString;

  BtfBuilder() {
    this(0);
    strings.write(0);
  }

  /** Split BTF: its string offsets continue those of the base. */
  BtfBuilder(int firstString) {
    this.firstString = firstString;
  }

  /** Adds a type: kind, name, vlen, kind_flag, size or type, and the words after those. */
  BtfBuilder type(int kind, String name, int vlen, boolean flag, int sizeOrType, int... extra) {
    word(string(name));
    word(kind << 24 | vlen | (flag ? 1 << 31 : 0));
    word(sizeOrType);
    for (int word : extra) {
      word(word);
    }
    return this;
  }

  /** Adds a string and returns its offset. The empty string is at 0. */
  int string(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    int offset = firstString + strings.size();
    strings.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    strings.write(0);
    return offset;
  }

  private void word(int value) {
    types.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  int stringBytes() {
    return strings.size();
  }

  byte[] build() {
    ByteBuffer out =
        ByteBuffer.allocate(24 + types.size() + strings.size()).order(ByteOrder.LITTLE_ENDIAN);
    out.putShort((short) 0xeB9F).put((byte) 1).put((byte) 0).putInt(24);
    out.putInt(0).putInt(types.size()).putInt(types.size()).putInt(strings.size());
    out.put(types.toByteArray()).put(strings.toByteArray());
    return out.array();
  }
}
