package io.dropwatch.layers;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An IPv4 or IPv6 address as it is in the packet. A value. Unlike {@link InetAddress} it has no
 * host name, prints IPv6 in its short form, and is ordered: IPv4 before IPv6, then by unsigned
 * bytes.
 */
public final class IpAddress implements Comparable<IpAddress> {
  private static final int V4_LENGTH = 4;
  private static final int V6_LENGTH = 16;

  private final byte[] bytes;

  private IpAddress(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Returns an address of these bytes, in the order of the wire; copied.
   *
   * @throws IllegalArgumentException unless there are 4 or 16
   */
  public static IpAddress of(byte[] bytes) {
    if (bytes.length != V4_LENGTH && bytes.length != V6_LENGTH) {
      throw new IllegalArgumentException("bytes must be 4 or 16, were " + bytes.length);
    }
    return new IpAddress(bytes.clone());
  }

  /**
   * Returns the same address without its host name and IPv6 scope. For text, use {@code
   * IpAddress.of(InetAddress.ofLiteral("2001:db8::1"))}, which looks up no name.
   */
  public static IpAddress of(InetAddress address) {
    return new IpAddress(address.getAddress());
  }

  static IpAddress v4(Cursor cursor) {
    return new IpAddress(cursor.take(V4_LENGTH));
  }

  static IpAddress v6(Cursor cursor) {
    return new IpAddress(cursor.take(V6_LENGTH));
  }

  /** Returns a copy of the 4 or 16 bytes, in the order of the wire. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Returns the same address for java.net, which turns IPv4-mapped IPv6 addresses into IPv4. */
  public InetAddress inetAddress() {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError("4 or 16 bytes are an address", e);
    }
  }

  /** Returns the number of bytes, 4 or 16. */
  public int length() {
    return bytes.length;
  }

  /** Returns whether this is an IPv6 address. */
  public boolean isIpv6() {
    return bytes.length == V6_LENGTH;
  }

  /** Copies the bytes, in the order of the wire, into an array with room for {@link #length}. */
  public void copyTo(byte[] to, int offset) {
    System.arraycopy(bytes, 0, to, offset, bytes.length);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof IpAddress that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public int compareTo(IpAddress other) {
    int order = Integer.compare(bytes.length, other.bytes.length);
    return order != 0 ? order : Arrays.compareUnsigned(bytes, other.bytes);
  }

  /**
   * Returns {@code 10.0.0.1}, {@code 2001:db8::1} (RFC 5952); for an IPv4-mapped IPv6 address its
   * IPv4 address.
   */
  @Override
  public String toString() {
    if (bytes.length == V4_LENGTH) {
      return dotted(0);
    }
    return isMapped() ? dotted(V6_LENGTH - V4_LENGTH) : groups();
  }

  private boolean isMapped() {
    for (int i = 0; i < 10; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return bytes[10] == -1 && bytes[11] == -1;
  }

  private String dotted(int from) {
    return (bytes[from] & 0xff)
        + "."
        + (bytes[from + 1] & 0xff)
        + "."
        + (bytes[from + 2] & 0xff)
        + "."
        + (bytes[from + 3] & 0xff);
  }

  private int group(int index) {
    return (bytes[2 * index] & 0xff) << 8 | (bytes[2 * index + 1] & 0xff);
  }

  // RFC 5952, 4.2: the first of the longest runs of two or more zero groups becomes "::".
  private String groups() {
    int zerosFrom = -1;
    int zeros = 1;
    for (int i = 0; i < 8; i++) {
      int end = i;
      while (end < 8 && group(end) == 0) {
        end++;
      }
      if (end - i > zeros) {
        zerosFrom = i;
        zeros = end - i;
      }
      i = Math.max(i, end - 1);
    }
    var text = new StringBuilder(39);
    for (int i = 0; i < 8; i++) {
      if (i == zerosFrom) {
        text.append("::");
        i += zeros - 1;
        continue;
      }
      if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      text.append(Integer.toHexString(group(i)));
    }
    return text.toString();
  }
}
