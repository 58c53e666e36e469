package io.dropwatch.internal.watch;

import io.dropwatch.DropWatchException;
import io.dropwatch.bpf.NetworkDevices;
import io.dropwatch.internal.probe.DeviceKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** Device names as the probe knows devices, in the calling thread's network namespace. */
final class Devices {
  private static final Path NAMESPACE = Path.of("/proc/thread-self/ns/net");

  private Devices() {}

  /**
   * @throws DropWatchException if there is no device of one of the names
   */
  static Set<DeviceKey> resolve(List<String> names) {
    long netnsInum = netnsInum();
    Set<DeviceKey> devices = new LinkedHashSet<>();
    for (String name : names) {
      OptionalInt ifindex = NetworkDevices.ifindex(name);
      if (ifindex.isEmpty()) {
        throw DropWatchException.usage(
            "there is no network device '%s' in this network namespace: see 'ip link'"
                .formatted(printable(name)));
      }
      devices.add(new DeviceKey(ifindex.getAsInt(), netnsInum));
    }
    return devices;
  }

  /** Number of the calling thread's network namespace. */
  static long netnsInum() {
    try {
      return ((Number) Files.getAttribute(NAMESPACE, "unix:ino")).longValue();
    } catch (IOException e) {
      throw DropWatchException.environment(
          "cannot tell the network namespace: %s is not readable (%s); mount /proc"
              .formatted(NAMESPACE, e.getMessage()),
          e);
    }
  }

  private static String printable(String name) {
    return name.replaceAll("\\p{Cntrl}", "?");
  }
}
