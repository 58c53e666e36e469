package io.dropwatch.internal.probe;

import io.dropwatch.bpf.BpfException;
import io.dropwatch.bpf.BpfLink;
import io.dropwatch.bpf.BpfObject;
import io.dropwatch.bpf.BpfProgram;
import io.dropwatch.bpf.ProgramInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The probe in the kernel in its counting mode ({@code count.h}). Safe for any thread. */
public final class CountingProbe implements AutoCloseable {
  private static final byte[] ONLY = new byte[Integer.BYTES];

  private final BpfObject object;
  private final BpfProgram program;
  private final BpfLink link;

  private CountingProbe(BpfObject object, BpfProgram program, BpfLink link) {
    this.object = object;
    this.program = program;
    this.link = link;
  }

  /**
   * Loads and attaches the first of the programs that the kernel takes.
   *
   * @param kinds entries of the map of counts
   * @throws BpfException if the kernel refuses all: what it said about the first
   */
  public static CountingProbe attach(
      ProbeImage image, DeviceList devices, int kinds, TracepointArguments arguments) {
    return Variant.firstOf(
        Variant.candidates(image, Variant::countingProgram),
        variant -> attach(image, devices, kinds, arguments, variant));
  }

  /** Attaches one program. */
  static CountingProbe attach(
      ProbeImage image,
      DeviceList devices,
      int kinds,
      TracepointArguments arguments,
      Variant variant) {
    BpfObject object = BpfObject.open("dropwatch", image.bytes(false, false, devices));
    try {
      for (String each : object.programNames()) {
        object.program(each).autoload(each.equals(variant.countingProgram()));
      }
      BpfProgram counting = object.program(variant.countingProgram());
      object
          .readOnlyData()
          .setInt("has_reason", arguments.hasReason() ? 1 : 0)
          .setInt("has_rx_sk", arguments.hasReceivingSocket() ? 1 : 0)
          .setInt("device_mode", devices.mode());
      object.map("devices").resize(Math.max(1, devices.devices().size()));
      // Nothing is written into a ring.
      object.map("events").autocreate(false);
      object.map("ring").autocreate(false);
      // Drops by devices have no kind.
      object.map("reported").autocreate(false);
      object.map("trap_cpu").autocreate(false);
      object.map("counts").resize(kinds);
      object.map("counted_devices").resize(kinds);
      object.load();
      for (DeviceKey device : devices.devices()) {
        object.map("devices").update(device.bytes(), new byte[] {1});
      }
      return new CountingProbe(object, counting, counting.attach());
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
    return CountTotals.sum(object.map("counting").lookupPerCpu(ONLY));
  }

  /** Drops that the kernel did not tell the program of, because it ran on that CPU already. */
  public long missed() {
    return program.recursionMisses();
  }

  /** What a device was called at its first counted drop; null if that was not noted. */
  public @Nullable String deviceName(DeviceKey device) {
    byte[] name = object.map("counted_devices").lookup(device.bytes());
    if (name == null) {
      return null;
    }
    int length = 0;
    while (length < name.length && name[length] != 0) {
      length++;
    }
    return new String(name, 0, length, StandardCharsets.UTF_8);
  }

  /** Run count and time, while the kernel measures them (sysctl kernel.bpf_stats_enabled). */
  public ProgramInfo info() {
    return program.info();
  }

  /** Takes the program off the tracepoint; what it counted can still be read. */
  public void detach() {
    link.close();
  }

  @Override
  public void close() {
    object.close();
  }
}
