package io.dropwatch.output;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** UTC as in RFC 3339, with as many digits after the second as there are, at most nine. */
final class Timestamp {
  private Timestamp() {}

  static String of(Instant time) {
    var text =
        new StringBuilder(30)
            .append(second(LocalDateTime.ofEpochSecond(time.getEpochSecond(), 0, ZoneOffset.UTC)));
    appendFraction(text, time.getNano());
    return text.append('Z').toString();
  }

  /** Up to the second, without the zone. */
  static String second(LocalDateTime utc) {
    var text = new StringBuilder(20);
    text.append(utc.toLocalDate()).append('T');
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
}
