package io.dropwatch.internal.probe;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The probe's counters ({@code struct counters}), summed over the CPUs. {@code seen} is counted
 * when the program begins and the outcome when it ends, so a drop being looked at is in {@code
 * seen} only.
 *
 * @param lostNoSpace records that found the ring full (ENOSPC)
 * @param lostNoRing records of a CPU without a ring (ENOENT, EOPNOTSUPP)
 * @param lostOther records that the kernel refused for another reason
 * @param noise drops taken out by their reason or location, by the name of the rule, in their order
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
    Map<String, Long> noise,
    long hardware) {
  private static final int FIELDS = 8;
  private static final int LOST_NO_RING = 6;

  /**
   * Adds up.
   *
   * @param software counters of the program on kfree_skb, for each CPU
   * @param hardware counters of the program on devlink_trap_report; empty without one
   * @param noise counter of each rule, by its name, for each CPU
   */
  static KernelCounts sum(
      List<byte[]> software, List<byte[]> hardware, Map<String, List<byte[]>> noise) {
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
        byRule(noise),
        first(hardware));
  }

  private static Map<String, Long> byRule(Map<String, List<byte[]>> noise) {
    Map<String, Long> sums = new LinkedHashMap<>();
    noise.forEach((rule, counts) -> sums.put(rule, first(counts)));
    return sums;
  }

  private static long first(List<byte[]> perCpu) {
    return perCpu.stream().mapToLong(cpu -> counters(cpu).get(0)).sum();
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
    long noisy = noise.values().stream().mapToLong(Long::longValue).sum();
    return excluded + noisy + filtered + limited + lost() + emitted;
  }
}
