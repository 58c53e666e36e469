package io.dropwatch.pcapfilter.packet;

import java.util.Arrays;
import java.util.HexFormat;

/** A captured packet of the corpus. */
public final class SamplePacket {
  private final String name;
  private final byte[] bytes;
  private final int wireLength;

  /**
   * A packet.
   *
   * @param name what it is, for the reader of a failure
   * @param bytes the captured bytes; not copied, not to be changed
   * @param wireLength the length before it was cut, in bytes; at least {@code bytes.length}
   */
  public SamplePacket(String name, byte[] bytes, int wireLength) {
    this.name = name;
    this.bytes = bytes;
    this.wireLength = wireLength;
  }

  /** What it is. */
  public String name() {
    return name;
  }

  /** The captured bytes, not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  /** The packet's length before it was cut, in bytes. */
  public int wireLength() {
    return wireLength;
  }

  /** The first {@code length} bytes of it; the wire length stays. */
  public SamplePacket truncated(int length) {
    return new SamplePacket(name + " cut to " + length, Arrays.copyOf(bytes, length), wireLength);
  }

  @Override
  public String toString() {
    return name
        + ", "
        + bytes.length
        + " of "
        + wireLength
        + " bytes: "
        + HexFormat.of().formatHex(bytes);
  }
}
