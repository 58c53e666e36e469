package io.dropwatch.output;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** Formats times in UTC as in RFC 3339, with nine fractional digits less the trailing zeros. */
final class Timestamp {
  private Timestamp() {}

  static String of(Instant time) {
    var text = new StringBuilder(30).append(second(time.getEpochSecond()));
    appendFraction(text, time.getNano());
    return text.append('Z').toString();
  }

  private static String second(long epochSecond) {
    LocalDateTime utc = LocalDateTime.ofEpochSecond(epochSecond, 0, ZoneOffset.UTC);
    var text = new StringBuilder(20).append(utc.toLocalDate()).append('T');
    appendTwo(text, utc.getHour()).append(':');
    appendTwo(text, utc.getMinute()).append(':');
    return appendTwo(text, utc.getSecond()).toString();
  }

  private static StringBuilder appendTwo(StringBuilder text, int value) {
    return text.append((char) ('0' + value / 10)).append((char) ('0' + value % 10));
  }

  private static void appendFraction(StringBuilder text, int nanos) {
    if (nanos == 0) {
      return;
    }
    text.append('.');
    int rest = nanos;
    for (int unit = 100_000_000; rest > 0; unit /= 10) {
      text.append((char) ('0' + rest / unit));
      rest %= unit;
    }
  }

  /**
   * Formats times up to the second, as bytes. Keeps the last two: events of one second share it,
   * and each event has a time of the drop and a time of the reader.
   */
  static final class SecondCache {
    private final long[] seconds = {Long.MIN_VALUE, Long.MIN_VALUE};
    private final byte[][] texts = new byte[2][];
    private int older;

    byte[] of(long epochSecond) {
      if (seconds[0] == epochSecond) {
        return texts[0];
      }
      if (seconds[1] != epochSecond) {
        seconds[older] = epochSecond;
        texts[older] = second(epochSecond).getBytes(StandardCharsets.US_ASCII);
        older = 1 - older;
        return of(epochSecond);
      }
      return texts[1];
    }
  }
}
