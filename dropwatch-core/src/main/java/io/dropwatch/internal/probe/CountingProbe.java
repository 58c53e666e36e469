package io.dropwatch.internal.probe;

import io.dropwatch.bpf.ProgramInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The attached counting programs ({@code count.h}). Safe for any thread. */
public final class CountingProbe implements AutoCloseable {
  /** Bytes of a trap's name in {@code struct trap_text}. */
  private static final int TRAP_NAME = 48;

  /**
   * What the programs count beside the kinds ({@code struct count_totals}), summed over the CPUs.
   *
   * @param seen counted when the program starts, so it includes drops in progress
   * @param overflow drops of a new kind when the map was full
   */
  public record Totals(long seen, long excluded, long filtered, long overflow) {
    private static Totals sum(List<byte[]> perCpu) {
      long[] sums = new long[4];
      for (byte[] cpu : perCpu) {
        var counters = ByteBuffer.wrap(cpu).order(ByteOrder.nativeOrder()).asLongBuffer();
        for (int i = 0; i < sums.length; i++) {
          sums[i] += counters.get(i);
        }
      }
      return new Totals(sums[0], sums[1], sums[2], sums[3]);
    }
  }

  private final LoadedProbe loaded;

  private CountingProbe(LoadedProbe loaded) {
    this.loaded = loaded;
  }

  /**
   * Loads a plan and attaches the programs. On a failure nothing stays in the kernel.
   *
   * @param plan a plan of {@code ProbePlan.counting}
   * @throws io.dropwatch.bpf.BpfException if the kernel refuses all attempts of the plan
   */
  public static CountingProbe attach(ProbePlan plan) {
    LoadedProbe loaded = LoadedProbe.load(plan);
    try {
      loaded.attach();
      return new CountingProbe(loaded);
    } catch (Throwable e) {
      loaded.close();
      throw e;
    }
  }

  /**
   * Returns the counts of all kinds so far. While packets are dropped, a new kind may be missing.
   * Kinds disappear by {@link #remove} only, and counts never decrease.
   */
  public Map<CountKey, Long> counts() {
    Map<CountKey, Long> counts = new HashMap<>();
    loaded
        .map("counts")
        .forEachPerCpu(
            (key, values) -> {
              counts.put(CountKey.of(key), sum(values, 0));
            });
    return counts;
  }

  /** Sums one member of {@code struct counted}. */
  private static long sum(List<byte[]> values, int member) {
    long sum = 0;
    for (byte[] cpu : values) {
      sum += ByteBuffer.wrap(cpu).order(ByteOrder.nativeOrder()).getLong(member * Long.BYTES);
    }
    return sum;
  }

  /**
   * Removes a kind, so that its share has room for another, and returns its count. A drop of this
   * kind at this moment may be lost to all counts but that of the drops seen.
   */
  public long remove(CountKey kind) {
    byte[] key = kind.bytes();
    List<byte[]> values = loaded.map("counts").lookupPerCpu(key);
    if (values.isEmpty() || !loaded.map("counts").delete(key)) {
      return 0;
    }
    byte[] share = number(sum(values, 1));
    byte[] kinds = loaded.map("count_shares").lookup(share);
    if (kinds != null) {
      long left = ByteBuffer.wrap(kinds).order(ByteOrder.nativeOrder()).getLong() - 1;
      loaded.map("count_shares").update(share, number(Math.max(0, left)));
    }
    return sum(values, 0);
  }

  private static byte[] number(long number) {
    return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(number).array();
  }

  /** Returns the counters beside the kinds. */
  public Totals totals() {
    List<byte[]> totals = new ArrayList<>(loaded.map("counting").lookupPerCpu(LoadedProbe.key(0)));
    totals.addAll(loaded.map("counting").lookupPerCpu(LoadedProbe.key(1)));
    return Totals.sum(totals);
  }

  /** Returns the drops for which the kernel did not run a program: it was running already. */
  public long missed() {
    return loaded.recursionMisses();
  }

  /** Returns the name of a kind's device at a counted drop; null if it is unknown. */
  public @Nullable String deviceName(CountKey kind) {
    byte[] device =
        ByteBuffer.allocate(2 * Long.BYTES)
            .order(ByteOrder.nativeOrder())
            .putLong(kind.netnsCookie())
            .putInt((int) kind.device().netnsInum())
            .putInt(kind.device().ifindex())
            .array();
    byte[] name = loaded.map("counted_devices").lookup(device);
    if (name == null) {
      return null;
    }
    return text(name, name.length);
  }

  /**
   * Returns the name of a devlink trap; null if it is unknown.
   *
   * @param address location in the key of a hardware drop
   */
  public @Nullable String trapName(long address) {
    byte[] trap = loaded.map("counted_traps").lookup(number(address));
    return trap == null ? null : text(trap, TRAP_NAME);
  }

  private static String text(byte[] bytes, int maxLength) {
    int end = 0;
    while (end < maxLength && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  /** Returns the names of the maps in the kernel. */
  Set<String> maps() {
    return loaded.maps();
  }

  /** Returns run count and time, if the kernel measures them (sysctl kernel.bpf_stats_enabled). */
  public ProgramInfo info() {
    return loaded.info();
  }

  /** Detaches the programs; the counts can still be read. */
  public void detach() {
    loaded.detach();
  }

  @Override
  public void close() {
    loaded.close();
  }
}
