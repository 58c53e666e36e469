package io.dropwatch.bpf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;

/** A perf ring in the heap, and the kernel's side of it: writes records, drops what has no room. */
final class SyntheticRing {
  private static final long DATA_HEAD = 1024;
  private static final long DATA_TAIL = 1032;

  private final MemorySegment control = MemorySegment.ofArray(new long[512]);
  private final MemorySegment data;

  SyntheticRing(long size, long start) {
    data = MemorySegment.ofArray(new long[(int) (size + 7) / 8]).asSlice(0, size);
    control.set(ValueLayout.JAVA_LONG, DATA_HEAD, start & ~7);
    control.set(ValueLayout.JAVA_LONG, DATA_TAIL, start & ~7);
  }

  PerfCursor cursor() {
    return new PerfCursor(3, control, data);
  }

  long head() {
    return control.get(ValueLayout.JAVA_LONG, DATA_HEAD);
  }

  long tail() {
    return control.get(ValueLayout.JAVA_LONG, DATA_TAIL);
  }

  /** A program's output, padded as the kernel pads. Returns whether there was room. */
  boolean sample(int length, byte fill) {
    byte[] body = new byte[padded(length) + 4];
    body[0] = (byte) padded(length);
    body[1] = (byte) (padded(length) >> 8);
    Arrays.fill(body, 4, 4 + length, fill);
    return record(9, body);
  }

  private static int padded(int length) {
    return (length + 4 + 7 & ~7) - 4;
  }

  /** What {@link Heard} says of such a sample. */
  static String sampleText(int length, byte fill) {
    byte[] payload = new byte[padded(length)];
    Arrays.fill(payload, 0, length, fill);
    return text(payload);
  }

  static String text(byte[] payload) {
    return payload.length + " " + HexFormat.of().formatHex(payload);
  }

  boolean lost(int count) {
    byte[] body = new byte[16];
    body[8] = (byte) count;
    return record(2, body);
  }

  /** Any record: type, body. */
  boolean record(int type, byte[] body) {
    int size = 8 + body.length;
    long head = head();
    if (head + size - tail() > data.byteSize()) {
      return false;
    }
    byte[] record = new byte[size];
    record[0] = (byte) type;
    record[1] = (byte) (type >> 8);
    record[6] = (byte) size;
    record[7] = (byte) (size >> 8);
    System.arraycopy(body, 0, record, 8, body.length);
    for (int i = 0; i < size; i++) {
      data.set(ValueLayout.JAVA_BYTE, head + i & data.byteSize() - 1, record[i]);
    }
    control.set(ValueLayout.JAVA_LONG, DATA_HEAD, head + size);
    return true;
  }

  /** A header at the beginning, whatever its size, and the head anywhere. */
  void header(int type, int size, long head) {
    data.set(ValueLayout.JAVA_INT, 0, type);
    data.set(ValueLayout.JAVA_SHORT, 6, (short) size);
    control.set(ValueLayout.JAVA_LONG, DATA_HEAD, head);
  }

  /** Bytes from nowhere, some of them small numbers as sizes and types are. */
  void fill(Random random, long head) {
    for (long i = 0; i < data.byteSize(); i++) {
      data.set(
          ValueLayout.JAVA_BYTE,
          i,
          (byte) (random.nextBoolean() ? 0 : random.nextInt(random.nextBoolean() ? 256 : 32)));
    }
    control.set(ValueLayout.JAVA_LONG, DATA_HEAD, head);
  }
}
