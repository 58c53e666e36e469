package io.dropwatch.internal.watch;

import io.dropwatch.bpf.NetworkDevices;
import io.dropwatch.internal.probe.DeviceKey;
import io.dropwatch.internal.probe.EnvironmentException;
import io.dropwatch.model.FailureCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Resolves device names in the calling thread's network namespace. */
final class Devices {
  private static final Path NAMESPACE = Path.of("/proc/thread-self/ns/net");

  private Devices() {}

  /**
   * @throws EnvironmentException if there is no device of one of the names
   */
  static Map<String, DeviceKey> resolve(List<String> names) {
    long netnsInum = netnsInum();
    Map<String, DeviceKey> devices = new LinkedHashMap<>();
    for (String name : names) {
      OptionalInt ifindex = NetworkDevices.ifindex(name);
      if (ifindex.isEmpty()) {
        throw new EnvironmentException(
            FailureCode.UNKNOWN_DEVICE,
            "there is no network device '%s' in this network namespace".formatted(name),
            "see 'ip link'");
      }
      devices.put(name, new DeviceKey(ifindex.getAsInt(), netnsInum));
    }
    return devices;
  }

  /** Returns the inode number of the calling thread's network namespace. */
  static long netnsInum() {
    try {
      return ((Number) Files.getAttribute(NAMESPACE, "unix:ino")).longValue();
    } catch (IOException e) {
      throw new EnvironmentException(
          FailureCode.KERNEL,
          "the network namespace is unknown: cannot read %s: %s"
              .formatted(NAMESPACE, e.getMessage()),
          "mount /proc",
          e);
    }
  }
}
