package io.dropwatch.internal.probe;

import io.dropwatch.bpf.BpfException;
import io.dropwatch.bpf.NetworkDevices;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Keeps the probe's device list at the devices that have the listed names now: a device that is
 * made again has another number. While no device has a name, the last one stays in the list. Looks
 * five times a second, on a thread in the network namespace of the thread that starts it.
 */
final class DeviceFollower implements AutoCloseable {
  private static final long PERIOD_MILLIS = 200;

  private final Map<String, DeviceKey> devices;
  private final Function<String, OptionalInt> ifindex;
  private final Consumer<DeviceKey> add;
  private final Consumer<DeviceKey> remove;
  private boolean closed;

  /**
   * @param devices those in the list, by name
   * @param ifindex returns the number of the device that has a name now
   */
  DeviceFollower(
      Map<String, DeviceKey> devices,
      Function<String, OptionalInt> ifindex,
      Consumer<DeviceKey> add,
      Consumer<DeviceKey> remove) {
    this.devices = new LinkedHashMap<>(devices);
    this.ifindex = ifindex;
    this.add = add;
    this.remove = remove;
  }

  /** Starts to follow the devices of a loaded probe. */
  static DeviceFollower start(LoadedProbe probe, Map<String, DeviceKey> devices) {
    var follower =
        new DeviceFollower(
            devices,
            NetworkDevices::ifindex,
            device -> probe.map("devices").update(device.bytes(), new byte[] {1}),
            device -> probe.map("devices").delete(device.bytes()));
    if (!devices.isEmpty()) {
      Thread.ofPlatform().daemon().name("dropwatch-devices").start(follower::run);
    }
    return follower;
  }

  private synchronized void run() {
    try {
      while (!closed) {
        look();
        wait(PERIOD_MILLIS);
      }
    } catch (InterruptedException _) {
      // Nobody interrupts this thread; names are not followed any more.
    }
  }

  /** Looks the names up, and changes the list by what is different. */
  synchronized void look() {
    Map<String, DeviceKey> found = new LinkedHashMap<>(devices);
    found.replaceAll(
        (name, device) -> {
          OptionalInt now = ifindex.apply(name);
          return now.isEmpty() ? device : new DeviceKey(now.getAsInt(), device.netnsInum());
        });
    Set<DeviceKey> before = new HashSet<>(devices.values());
    Set<DeviceKey> after = new HashSet<>(found.values());
    try {
      // First what is new: a device that keeps its number is in the list all the time.
      after.stream().filter(device -> !before.contains(device)).forEach(add);
      before.stream().filter(device -> !after.contains(device)).forEach(remove);
      devices.putAll(found);
    } catch (BpfException _) {
      // The list is full when names of one device become several: it is tried again.
    }
  }

  /** Ends: the list is not changed any more. */
  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
