package io.dropwatch.pcapfilter.packet;

/** The checksum of IPv4, TCP, UDP and ICMP (RFC 1071). */
final class InternetChecksum {
  private InternetChecksum() {}

  /** The sum of big-endian 16-bit words, without the final complement. */
  static int sum(byte[] bytes, int start, int length) {
    int sum = 0;
    for (int i = 0; i < length; i++) {
      sum += (bytes[start + i] & 0xff) << (i % 2 == 0 ? 8 : 0);
    }
    return sum;
  }

  /** The checksum field's value for bytes whose checksum field is still zero. */
  static int of(byte[] bytes, int start, int length, int pseudoHeader) {
    int sum = sum(bytes, start, length) + pseudoHeader;
    while (sum > 0xffff) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return ~sum & 0xffff;
  }
}
