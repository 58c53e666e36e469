package io.dropwatch.bpf;

import java.util.OptionalInt;

/**
 * Numbers of network devices, by which eBPF programs know them.
 *
 * <p>{@link java.net.NetworkInterface} finds only devices that have an address, and /sys shows the
 * devices of the network namespace in which it was mounted, so this asks libc. It does not need
 * libbpf.
 */
public final class NetworkDevices {
  private NetworkDevices() {}

  /**
   * {@return the number of a device in the calling thread's network namespace; empty if there is
   * none of this name}
   */
  public static OptionalInt ifindex(String name) {
    if (name.indexOf('\0') >= 0) {
      return OptionalInt.empty();
    }
    int index = SystemCalls.interfaceIndex(name);
    return index == 0 ? OptionalInt.empty() : OptionalInt.of(index);
  }
}
