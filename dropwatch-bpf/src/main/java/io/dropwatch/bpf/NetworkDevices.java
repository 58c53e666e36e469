package io.dropwatch.bpf;

import java.util.OptionalInt;

/**
 * Looks up network devices by name.
 *
 * <p>{@link java.net.NetworkInterface} finds only devices with an address, and /sys shows the
 * devices of the network namespace that mounted it. So this calls if_nametoindex(3). It needs no
 * libbpf.
 */
public final class NetworkDevices {
  private NetworkDevices() {}

  /**
   * {@return the ifindex of a device in the calling thread's network namespace; empty if there is
   * no device of that name}
   */
  public static OptionalInt ifindex(String name) {
    if (name.indexOf('\0') >= 0) {
      return OptionalInt.empty();
    }
    int index = LibcCalls.interfaceIndex(name);
    return index == 0 ? OptionalInt.empty() : OptionalInt.of(index);
  }
}
