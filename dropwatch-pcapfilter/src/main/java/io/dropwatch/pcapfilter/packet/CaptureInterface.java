package io.dropwatch.pcapfilter.packet;

import java.math.BigInteger;
import java.time.Instant;

/**
 * An interface of a pcapng section.
 *
 * @param link LINKTYPE_ number
 * @param snapLength most bytes captured of a packet; 0: no limit
 * @param resolution units of time: 10 to the minus this; 2 to the minus the low bits when 128 is
 *     set
 * @param offsetSeconds added to every time
 */
record CaptureInterface(int link, long snapLength, int resolution, long offsetSeconds) {
  private static final int BINARY = 0x80;
  private static final BigInteger BILLION = BigInteger.valueOf(1_000_000_000);
  private static final BigInteger LATEST = BigInteger.valueOf(Instant.MAX.getEpochSecond());
  private static final BigInteger EARLIEST = BigInteger.valueOf(Instant.MIN.getEpochSecond());

  Instant time(long high, long low, long at) throws CaptureFormatException {
    BigInteger units = BigInteger.valueOf(high).shiftLeft(32).or(BigInteger.valueOf(low));
    int exponent = resolution & 0x7f;
    BigInteger perSecond =
        (resolution & BINARY) != 0
            ? BigInteger.ONE.shiftLeft(exponent)
            : BigInteger.TEN.pow(exponent);
    BigInteger[] parts = units.divideAndRemainder(perSecond);
    BigInteger seconds = parts[0].add(BigInteger.valueOf(offsetSeconds));
    if (seconds.compareTo(LATEST) > 0 || seconds.compareTo(EARLIEST) < 0) {
      throw new CaptureFormatException(
          "a time of " + seconds + " seconds since 1970 is out of range", at);
    }
    long nanos = parts[1].multiply(BILLION).divide(perSecond).longValueExact();
    return Instant.ofEpochSecond(seconds.longValueExact(), nanos);
  }
}
