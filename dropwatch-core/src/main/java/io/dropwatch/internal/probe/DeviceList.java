package io.dropwatch.internal.probe;

import java.util.Map;
import java.util.Set;

/** The devices whose drops are reported. */
public sealed interface DeviceList {
  /** Returns the listed devices by name; empty for {@link All}. */
  Map<String, DeviceKey> byName();

  /** Returns the listed devices. */
  default Set<DeviceKey> devices() {
    return Set.copyOf(byName().values());
  }

  /** Returns DEVICES_ALL, DEVICES_ALLOWED or DEVICES_DENIED of the probe. */
  int mode();

  /** Every drop, with or without a device. */
  record All() implements DeviceList {
    @Override
    public Map<String, DeviceKey> byName() {
      return Map.of();
    }

    @Override
    public int mode() {
      return 0;
    }
  }

  /** Drops on these devices only; a packet without a device is excluded. */
  record Allowed(Map<String, DeviceKey> byName) implements DeviceList {
    public Allowed {
      byName = Map.copyOf(byName);
    }

    @Override
    public int mode() {
      return 1;
    }
  }

  /** Drops on all devices but these; a packet without a device passes. */
  record Denied(Map<String, DeviceKey> byName) implements DeviceList {
    public Denied {
      byName = Map.copyOf(byName);
    }

    @Override
    public int mode() {
      return 2;
    }
  }
}
