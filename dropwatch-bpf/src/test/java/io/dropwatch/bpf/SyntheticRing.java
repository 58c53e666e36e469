package io.dropwatch.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;

/**
 * A perf ring in memory with the kernel's side: writes records, and drops those that do not fit.
 */
final class SyntheticRing {
  private static final long DATA_HEAD = 1024;
  private static final long DATA_TAIL = 1032;

  private final MemorySegment control = Arena.ofAuto().allocate(4096, 8);
  private final MemorySegment data;

  SyntheticRing(long size, long start) {
    data = Arena.ofAuto().allocate(size, 8);
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

  /** Moves the tail back to the start. */
  void rewind() {
    control.set(ValueLayout.JAVA_LONG, DATA_TAIL, 0);
  }

  /** Writes a program's output, padded as by the kernel. Returns whether it fitted. */
  boolean sample(byte[] payload) {
    byte[] body = new byte[padded(payload.length) + 4];
    body[0] = (byte) padded(payload.length);
    body[1] = (byte) (padded(payload.length) >> 8);
    System.arraycopy(payload, 0, body, 4, payload.length);
    return record(9, body);
  }

  /** Writes a sample of equal bytes. */
  boolean sample(int length, byte fill) {
    byte[] payload = new byte[length];
    Arrays.fill(payload, fill);
    return sample(payload);
  }

  private static int padded(int length) {
    return (length + 4 + 7 & ~7) - 4;
  }

  /** The text of {@link CollectingConsumer} for such a sample. */
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

  /** Writes a record of any type. Returns whether it fitted. */
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

  /** Writes a header with any size at the start, and any head. */
  void header(int type, int size, long head) {
    data.set(ValueLayout.JAVA_INT, 0, type);
    data.set(ValueLayout.JAVA_SHORT, 6, (short) size);
    control.set(ValueLayout.JAVA_LONG, DATA_HEAD, head);
  }

  /** Fills the ring with random bytes, many of them small like sizes and types. */
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
