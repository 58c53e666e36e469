package io.dropwatch.output;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimestampTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0, 1970-01-01T00:00:00Z",
    "1781944212, 123456789, 2026-06-20T08:30:12.123456789Z",
    "1781944212, 456789000, 2026-06-20T08:30:12.456789Z",
    "1781944212, 1, 2026-06-20T08:30:12.000000001Z",
    "1781944212, 100000000, 2026-06-20T08:30:12.1Z",
    "-1, 999999999, 1969-12-31T23:59:59.999999999Z"
  })
  void of_omitsTrailingZeros(long seconds, int nanos, String text) {
    assertEquals(text, Timestamp.of(Instant.ofEpochSecond(seconds, nanos)));
  }

  @Property
  void of_anyTime_isParsedByInstant(
      @ForAll @LongRange(min = -62167219200L, max = 253402300799L) long seconds,
      @ForAll @IntRange(max = 999_999_999) int nanos) {
    Instant time = Instant.ofEpochSecond(seconds, nanos);

    assertEquals(time, Instant.parse(Timestamp.of(time)));
  }
}
