package io.dropwatch.internal.probe;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The counters of the probe ({@code struct counters}), summed over the CPUs. {@code seen} is
 * counted when the program starts and the outcome when it ends, so a drop in progress is only in
 * {@code seen}.
 *
 * @param lostNoSpace records that did not fit into the ring (ENOSPC)
 * @param lostNoRing records of CPUs without a ring (ENOENT, EOPNOTSUPP)
 * @param lostOther records that the kernel refused for another reason
 * @param noise drops suppressed by noise rules, by name of the rule, in their order
 * @param hardware drops in {@code seen} that a device reported
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
   * Sums up.
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
   * Returns the number of records without a ring by CPU number.
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

  /** Returns the records that were not written to a ring. */
  public long lost() {
    return lostNoSpace + lostNoRing + lostOther;
  }

  /** Returns the drops whose outcome is counted. */
  public long decided() {
    long noisy = noise.values().stream().mapToLong(Long::longValue).sum();
    return excluded + noisy + filtered + limited + lost() + emitted;
  }
}
