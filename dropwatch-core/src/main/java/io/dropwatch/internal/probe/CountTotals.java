package io.dropwatch.internal.probe;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * What the counting programs count beside the kinds ({@code struct count_totals}), summed over the
 * CPUs.
 *
 * @param seen counted when the program begins, so a drop being looked at is in {@code seen} only
 * @param overflow drops of a kind that found no room in the map
 */
public record CountTotals(long seen, long excluded, long filtered, long overflow) {
  static CountTotals sum(List<byte[]> perCpu) {
    CountTotals sum = new CountTotals(0, 0, 0, 0);
    for (byte[] cpu : perCpu) {
      var each = ByteBuffer.wrap(cpu).order(ByteOrder.nativeOrder()).asLongBuffer();
      sum =
          new CountTotals(
              sum.seen + each.get(0),
              sum.excluded + each.get(1),
              sum.filtered + each.get(2),
              sum.overflow + each.get(3));
    }
    return sum;
  }
}
