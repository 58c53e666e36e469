package io.dropwatch.output;

import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * Times up to the second as bytes. The last two are kept: events of one second share it, and each
 * has a time of the drop and one of the reader.
 */
final class SecondText {
  private final long[] seconds = {Long.MIN_VALUE, Long.MIN_VALUE};
  private final byte[][] texts = new byte[2][];
  private int older;

  byte[] of(long epochSecond) {
    if (seconds[0] == epochSecond) {
      return texts[0];
    }
    if (seconds[1] != epochSecond) {
      seconds[older] = epochSecond;
      texts[older] =
          Timestamp.second(LocalDateTime.ofEpochSecond(epochSecond, 0, ZoneOffset.UTC))
              .getBytes(StandardCharsets.US_ASCII);
      older = 1 - older;
      return of(epochSecond);
    }
    return texts[1];
  }
}
