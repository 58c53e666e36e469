package io.dropwatch.bpf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes BTF, for tests: types get the numbers 1, 2, … in the order of the calls. */
final class BtfBuilder {
  private final ByteArrayOutputStream types = new ByteArrayOutputStream();
  private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
  private final int firstString;

  BtfBuilder() {
    this(0);
    strings.write(0);
  }

  /** Split BTF, whose strings come after those of its base. */
  BtfBuilder(int firstString) {
    this.firstString = firstString;
  }

  /** One type: kind, name, its info word's count and flag, size or type, and what follows. */
  BtfBuilder type(int kind, String name, int vlen, boolean flag, int sizeOrType, int... extra) {
    word(string(name));
    word(kind << 24 | vlen | (flag ? 1 << 31 : 0));
    word(sizeOrType);
    for (int word : extra) {
      word(word);
    }
    return this;
  }

  /** The offset of a string, added. The empty one is the base's. */
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
