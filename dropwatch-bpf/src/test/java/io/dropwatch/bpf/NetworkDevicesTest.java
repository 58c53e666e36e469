package io.dropwatch.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices of the network namespace of the test. No privileges. */
final class NetworkDevicesTest {
  @Test
  void ifindex_ofLoopback() throws IOException {
    int index = Integer.parseInt(Files.readString(Path.of("/sys/class/net/lo/ifindex")).strip());
    assertEquals(OptionalInt.of(index), NetworkDevices.ifindex("lo"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "nosuch0", "lo\0", "lo ", "a name that is longer than any device's"})
  void ifindex_ofUnknownName_isEmpty(String name) {
    assertEquals(OptionalInt.empty(), NetworkDevices.ifindex(name));
  }
}
