package io.dropwatch.pcapfilter.packet;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** Reads numbers from a stream and counts the bytes. */
final class ByteSource {
  private final InputStream in;
  private boolean littleEndian;
  private long offset;

  ByteSource(InputStream in) {
    this.in = in;
  }

  ByteSource littleEndian() {
    littleEndian = true;
    return this;
  }

  ByteSource bigEndian() {
    littleEndian = false;
    return this;
  }

  boolean isLittleEndian() {
    return littleEndian;
  }

  /** Returns the number of bytes read so far. */
  long offset() {
    return offset;
  }

  /** Returns whether the stream has ended. */
  boolean atEnd() throws IOException {
    in.mark(1);
    int next = in.read();
    in.reset();
    return next < 0;
  }

  byte[] bytes(int length, String what) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new CaptureFormatException("the file ends within " + what, offset);
    }
    offset += length;
    return bytes;
  }

  int int16(String what) throws IOException {
    byte[] b = bytes(2, what);
    return littleEndian ? (b[1] & 0xff) << 8 | (b[0] & 0xff) : (b[0] & 0xff) << 8 | (b[1] & 0xff);
  }

  int int32(String what) throws IOException {
    int first = int16(what);
    int second = int16(what);
    return littleEndian ? second << 16 | first : first << 16 | second;
  }

  long unsigned32(String what) throws IOException {
    return Integer.toUnsignedLong(int32(what));
  }

  void skip(long length, String what) throws IOException {
    try {
      in.skipNBytes(length);
    } catch (EOFException e) {
      throw new CaptureFormatException("the file ends within " + what, offset);
    }
    offset += length;
  }
}
