package io.dropwatch.internal.probe;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.List;

/**
 * The probe's counters ({@code struct counters}), summed over the CPUs. {@code seen} is counted
 * when the program begins and the outcome when it ends, so a drop being looked at is in {@code
 * seen} only.
 *
 * @param lostNoSpace records that found the ring full (ENOSPC)
 * @param lostNoRing records of a CPU without a ring (ENOENT, EOPNOTSUPP)
 * @param lostOther records that the kernel refused for another reason
 * @param noise drops taken out by their reason or location
 */
public record KernelCounts(
    long seen,
    long excluded,
    long filtered,
    long limited,
    long emitted,
    long lostNoSpace,
    long lostNoRing,
    long lostOther,
    long noise) {
  private static final int FIELDS = 9;

  static KernelCounts sum(List<byte[]> perCpu) {
    long[] sums = new long[FIELDS];
    for (byte[] cpu : perCpu) {
      LongBuffer counters = ByteBuffer.wrap(cpu).order(ByteOrder.nativeOrder()).asLongBuffer();
      for (int i = 0; i < FIELDS; i++) {
        sums[i] += counters.get(i);
      }
    }
    return new KernelCounts(
        sums[0], sums[1], sums[2], sums[3], sums[4], sums[5], sums[6], sums[7], sums[8]);
  }

  /** Records that did not get into a ring. */
  public long lost() {
    return lostNoSpace + lostNoRing + lostOther;
  }

  /** Drops whose outcome is counted. */
  public long decided() {
    return excluded + noise + filtered + limited + lost() + emitted;
  }
}
