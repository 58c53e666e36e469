package io.dropwatch.internal.probe;

import io.dropwatch.bpf.BpfException;
import io.dropwatch.bpf.BpfLink;
import io.dropwatch.bpf.BpfObject;
import io.dropwatch.bpf.BpfProgram;
import io.dropwatch.bpf.ProgramInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The probe in the kernel in its counting mode ({@code count.h}). Safe for any thread. */
public final class CountingProbe implements AutoCloseable {
  /** Maps of the programs that write records. */
  private static final List<String> UNUSED =
      List.of(
          "events",
          "ring",
          "per_cpu",
          "trap_cpu",
          "stack_cache",
          "emissions",
          "shares",
          "noise_reasons",
          "noise_locations",
          "noise_counts");

  /** Bytes of a trap's name in {@code struct trap_text}. */
  private static final int TRAP_NAME = 48;

  /** Key of an entry of the map of totals: COUNTING_KFREE_SKB, COUNTING_TRAPS. */
  private static byte[] entry(int program) {
    return ByteBuffer.allocate(Integer.BYTES)
        .order(ByteOrder.nativeOrder())
        .putInt(program)
        .array();
  }

  private final BpfObject object;
  private final BpfProgram program;
  private final BpfLink link;
  private final Traps traps;

  private CountingProbe(BpfObject object, BpfProgram program, BpfLink link, Traps traps) {
    this.object = object;
    this.program = program;
    this.link = link;
    this.traps = traps;
  }

  /**
   * Loads and attaches the first of the programs that the kernel takes.
   *
   * @param kinds entries of the map of counts
   * @throws BpfException if the kernel refuses all: what it said about the first
   */
  public static CountingProbe attach(
      ProbeImage image, DeviceList devices, int kinds, TracepointArguments arguments) {
    List<Variant> candidates = Variant.candidates(image, Variant::countingProgram);
    return Traps.attached(
        image,
        Variant.countingTrapProgram(),
        unwatched ->
            Variant.firstOf(
                candidates,
                variant -> attach(image, devices, kinds, arguments, variant, unwatched)));
  }

  /**
   * Attaches one program, and none for drops by devices, or fails: for tests and measurements.
   *
   * @param kinds entries of the map of counts
   * @throws BpfException if the kernel refuses it
   */
  public static CountingProbe attach(
      ProbeImage image,
      DeviceList devices,
      int kinds,
      TracepointArguments arguments,
      Variant variant) {
    return attach(image, devices, kinds, arguments, variant, "not asked for");
  }

  private static CountingProbe attach(
      ProbeImage image,
      DeviceList devices,
      int kinds,
      TracepointArguments arguments,
      Variant variant,
      @Nullable String unwatched) {
    String trap = Variant.countingTrapProgram();
    BpfObject object = BpfObject.open("dropwatch", image.bytes(false, unwatched == null, devices));
    try {
      for (String each : object.programNames()) {
        object
            .program(each)
            .autoload(
                each.equals(variant.countingProgram()) || (unwatched == null && each.equals(trap)));
      }
      BpfProgram counting = object.program(variant.countingProgram());
      object
          .readOnlyData()
          .setInt("has_reason", arguments.hasReason() ? 1 : 0)
          .setInt("has_rx_sk", arguments.hasReceivingSocket() ? 1 : 0)
          .setInt("device_mode", devices.mode());
      object.map("devices").resize(Math.max(1, devices.devices().size()));
      UNUSED.forEach(map -> object.map(map).autocreate(false));
      object.map("reported").autocreate(unwatched == null);
      object.map("counted_traps").autocreate(unwatched == null);
      object.map("counts").resize(kinds);
      object.map("counted_devices").resize(kinds);
      object.load();
      for (DeviceKey device : devices.devices()) {
        object.map("devices").update(device.bytes(), new byte[] {1});
      }
      Traps traps = Traps.of(object, trap, unwatched);
      return new CountingProbe(object, counting, counting.attach(), traps);
    } catch (Throwable e) {
      object.close();
      throw e;
    }
  }

  /**
   * The counts of all kinds so far. While drops happen, a kind that is new may be missing; none
   * ever leaves and no number ever falls.
   */
  public Map<CountKey, Long> counts() {
    Map<CountKey, Long> counts = new HashMap<>();
    object
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
    List<byte[]> totals = new ArrayList<>(object.map("counting").lookupPerCpu(entry(0)));
    totals.addAll(object.map("counting").lookupPerCpu(entry(1)));
    return CountTotals.sum(totals);
  }

  /** Drops that the kernel did not tell the program of, because it ran on that CPU already. */
  public long missed() {
    return program.recursionMisses() + traps.missed();
  }

  /** What a device was called at its first counted drop; null if that was not noted. */
  public @Nullable String deviceName(DeviceKey device) {
    byte[] name = object.map("counted_devices").lookup(device.bytes());
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
    byte[] trap = object.map("counted_traps").lookup(key);
    return trap == null ? null : text(trap, TRAP_NAME);
  }

  private static String text(byte[] bytes, int most) {
    int end = 0;
    while (end < most && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  /** Names of the maps that are in the kernel. */
  Set<String> maps() {
    return object.mapNames().stream()
        .filter(map -> object.map(map).isCreated())
        .collect(Collectors.toSet());
  }

  /** Run count and time, while the kernel measures them (sysctl kernel.bpf_stats_enabled). */
  public ProgramInfo info() {
    return program.info();
  }

  /** Takes the program off the tracepoint; what it counted can still be read. */
  public void detach() {
    link.close();
    traps.detach();
  }

  @Override
  public void close() {
    object.close();
  }
}
