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

/** The probe in the kernel in its counting mode ({@code count.h}). Safe for any thread. */
public final class CountingProbe implements AutoCloseable {
  /** Bytes of a trap's name in {@code struct trap_text}. */
  private static final int TRAP_NAME = 48;

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
   * The counts of all kinds so far. While drops happen, a kind that is new may be missing; none
   * ever leaves and no number ever falls.
   */
  public Map<CountKey, Long> counts() {
    Map<CountKey, Long> counts = new HashMap<>();
    loaded
        .map("counts")
        .forEachPerCpu(
            (key, values) -> {
              long sum = 0;
              for (byte[] cpu : values) {
                sum += ByteBuffer.wrap(cpu).order(ByteOrder.nativeOrder()).getLong();
              }
              counts.put(CountKey.of(key), sum);
            });
    return counts;
  }

  /** What else was counted. */
  public CountTotals totals() {
    List<byte[]> totals = new ArrayList<>(loaded.map("counting").lookupPerCpu(LoadedProbe.key(0)));
    totals.addAll(loaded.map("counting").lookupPerCpu(LoadedProbe.key(1)));
    return CountTotals.sum(totals);
  }

  /** Drops that the kernel did not tell the program of, because it ran on that CPU already. */
  public long missed() {
    return loaded.recursionMisses();
  }

  /** What a device was called at its first counted drop; null if that was not noted. */
  public @Nullable String deviceName(DeviceKey device) {
    byte[] name = loaded.map("counted_devices").lookup(device.bytes());
    if (name == null) {
      return null;
    }
    return text(name, name.length);
  }

  /**
   * What a devlink trap is called, by the address of its name; null if that was not noted.
   *
   * @param address the location of a kind that a device dropped
   */
  public @Nullable String trapName(long address) {
    byte[] key =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(address).array();
    byte[] trap = loaded.map("counted_traps").lookup(key);
    return trap == null ? null : text(trap, TRAP_NAME);
  }

  private static String text(byte[] bytes, int most) {
    int end = 0;
    while (end < most && bytes[end] != 0) {
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
