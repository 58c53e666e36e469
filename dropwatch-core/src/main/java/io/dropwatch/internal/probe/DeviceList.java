package io.dropwatch.internal.probe;

import java.util.Set;

/** The devices whose drops are reported. */
public sealed interface DeviceList {
  /** Returns the listed devices; empty for {@link All}. */
  Set<DeviceKey> devices();

  /** Returns DEVICES_ALL, DEVICES_ALLOWED or DEVICES_DENIED of the probe. */
  int mode();

  /** Every drop, with or without a device. */
  record All() implements DeviceList {
    @Override
    public Set<DeviceKey> devices() {
      return Set.of();
    }

    @Override
    public int mode() {
      return 0;
    }
  }

  /** Drops on these devices only; a packet without a device is excluded. */
  record Allowed(Set<DeviceKey> devices) implements DeviceList {
    public Allowed {
      devices = Set.copyOf(devices);
    }

    @Override
    public int mode() {
      return 1;
    }
  }

  /** Drops on all devices but these; a packet without a device passes. */
  record Denied(Set<DeviceKey> devices) implements DeviceList {
    public Denied {
      devices = Set.copyOf(devices);
    }

    @Override
    public int mode() {
      return 2;
    }
  }
}
