package io.dropwatch.pcapfilter.internal.check;

/** IPv4 addresses as text. */
final class Dotted {
  private Dotted() {}

  static String print(int address) {
    return (address >>> 24)
        + "."
        + ((address >>> 16) & 0xff)
        + "."
        + ((address >>> 8) & 0xff)
        + "."
        + (address & 0xff);
  }
}
