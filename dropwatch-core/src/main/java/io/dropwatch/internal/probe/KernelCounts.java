package io.dropwatch.internal.probe;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.List;
import java.util.stream.Stream;

/**
 * The probe's counters ({@code struct counters}), summed over the CPUs. {@code seen} is counted
 * when the program begins and the outcome when it ends, so a drop being looked at is in {@code
 * seen} only.
 *
 * @param lostNoSpace records that found the ring full (ENOSPC)
 * @param lostNoRing records of a CPU without a ring (ENOENT, EOPNOTSUPP)
 * @param lostOther records that the kernel refused for another reason
 * @param noise drops taken out by their reason or location
 * @param hardware those of {@code seen} that a device reported
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
    long noise,
    long hardware) {
  private static final int FIELDS = 9;
  private static final int LOST_NO_RING = 6;

  /**
   * Adds up.
   *
   * @param software counters of the program on kfree_skb, for each CPU
   * @param hardware counters of the program on devlink_trap_report; empty without one
   */
  static KernelCounts sum(List<byte[]> software, List<byte[]> hardware) {
    long[] sums = new long[FIELDS];
    Stream.concat(software.stream(), hardware.stream())
        .map(KernelCounts::counters)
        .forEach(
            counters -> {
              for (int i = 0; i < FIELDS; i++) {
                sums[i] += counters.get(i);
              }
            });
    return new KernelCounts(
        sums[0],
        sums[1],
        sums[2],
        sums[3],
        sums[4],
        sums[5],
        sums[LOST_NO_RING],
        sums[7],
        sums[8],
        hardware.stream().mapToLong(cpu -> counters(cpu).get(0)).sum());
  }

  /**
   * How many records had no ring, by the CPU's number.
   *
   * @param programs counters of each program, for each CPU
   */
  static long[] withoutRing(List<List<byte[]>> programs) {
    long[] sums = new long[programs.getFirst().size()];
    for (List<byte[]> program : programs) {
      for (int cpu = 0; cpu < sums.length; cpu++) {
        sums[cpu] += counters(program.get(cpu)).get(LOST_NO_RING);
      }
    }
    return sums;
  }

  private static LongBuffer counters(byte[] cpu) {
    return ByteBuffer.wrap(cpu).order(ByteOrder.nativeOrder()).asLongBuffer();
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
