package io.dropwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.internal.probe.Eventually;
import io.dropwatch.internal.probe.HeldByKernel;
import io.dropwatch.internal.probe.OlderKernel;
import io.dropwatch.model.DropCounts;
import io.dropwatch.model.DropKind;
import io.dropwatch.model.DropWarning;
import io.dropwatch.model.FailureCode;
import io.dropwatch.model.NoiseRule;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real drops on the loopback device. Needs root and a kernel with BTF. */
@Timeout(60)
@Tag("live")
class DropCounterLiveTest {
  private final int port;

  DropCounterLiveTest() throws IOException {
    port = Loopback.closedPort();
  }

  @Test
  void snapshot_udpToClosedPort_countsByKind() throws IOException {
    DropCounter counter = DropCounter.builder().filter("udp dst port " + port).start();
    DropCounts first;
    try (counter) {
      Loopback.sendUdp(port, 700);
      Eventually.until(() -> counter.snapshot().counted() == 700);
      first = counter.snapshot();
      Loopback.sendUdp(port, 300);
      Eventually.until(() -> counter.snapshot().counted() == 1000);
    }
    DropCounts all = counter.snapshot();

    DropKind kind = all.counts().keySet().iterator().next();
    assertEquals(Map.of(kind, 1000L), all.counts());
    assertEquals(Map.of(kind, 300L), all.since(first).counts());
    assertEquals(OlderKernel.reason("NO_SOCKET"), kind.reason().name());
    assertTrue(kind.location().name().contains("udp"), kind::toString);
    assertEquals("lo", kind.device());
    assertEquals(1, kind.ifindex());
    assertEquals(
        Files.getAttribute(Path.of("/proc/self/ns/net"), "unix:ino"),
        kind.networkNamespace().inum());
    assertEquals("IPv4/UDP", kind.protocolLabel());
    assertEquals(0, all.overflow());
    assertEquals(Map.of(), HeldByKernel.now());
  }

  @Test
  void filter_ifname_countsDropsOnThatDevice() throws IOException {
    String filter = "udp dst port " + port;
    DropCounter on = DropCounter.builder().filter("ifname lo and " + filter).start();
    DropCounter elsewhere = DropCounter.builder().filter("not ifname lo and " + filter).start();
    try (on;
        elsewhere) {
      Loopback.sendUdp(port, 80);
      Eventually.until(() -> on.snapshot().counted() == 80);
    }
    assertEquals(80, on.snapshot().counted());
    assertEquals(0, elsewhere.snapshot().counted());
  }

  @Test
  void onWarning_filterWithPitfall_getsFilterWarning() {
    List<DropWarning> told = new ArrayList<>();
    DropCounter.builder().filter("tcp or udp and port 1").onWarning(told::add).start().close();
    assertEquals(1, told.size(), told::toString);
    assertEquals(DropWarning.Code.FILTER, told.getFirst().code());
    assertTrue(
        told.getFirst().message().startsWith("the filter: line 1, column 8: 'and'"),
        told::toString);
    DropCounter.builder().filter("tcp and port 1").onWarning(told::add).start().close();
    assertEquals(1, told.size(), told::toString);
  }

  // The protocol is then read in another way: not from what the filter was shown.
  @Test
  void snapshot_withAndWithoutFilter_sameKind() throws IOException {
    DropCounter filtered = DropCounter.builder().filter("udp dst port " + port).start();
    DropCounter counter = DropCounter.builder().devices("lo").start();
    try (counter;
        filtered) {
      Loopback.sendUdp(port, 50);
      Eventually.until(() -> filtered.snapshot().counted() == 50);
    }
    DropKind kind = filtered.snapshot().counts().keySet().iterator().next();
    assertTrue(counter.snapshot().count(kind) >= 50, () -> kind + " in " + counter.snapshot());
  }

  @Test
  void maxKinds_exceeded_countsOverflow() throws IOException {
    DropCounter counter = DropCounter.builder().maxKinds(1).filter("dst port " + port).start();
    try (counter) {
      Loopback.sendUdp(port, 100);
      Eventually.until(() -> counter.snapshot().counted() == 100);
      for (int i = 0; i < 20; i++) {
        assertThrows(ConnectException.class, () -> new Socket(Loopback.address(), port));
      }
      Eventually.until(() -> counter.snapshot().overflow() == 20);
    }
    DropCounts all = counter.snapshot();
    assertEquals(1, all.counts().size());
    assertEquals(100, all.counted());
    assertEquals(20, all.overflow());
    assertEquals(all.seen(), all.filtered() + all.excluded() + 120);
  }

  @Test
  void excludedDevices_dropOnThem_countsExcluded() throws IOException {
    DropCounter counter = DropCounter.builder().excludedDevices("lo").start();
    DropCounter witness = DropCounter.builder().filter("udp dst port " + port).start();
    try (counter;
        witness) {
      Loopback.sendUdp(port, 100);
      Eventually.until(() -> witness.snapshot().counted() == 100);
    }
    assertTrue(counter.snapshot().excluded() >= 100, () -> counter.snapshot().toString());
  }

  @Test
  void start_wrongUse_throwsAndLeavesNothingInTheKernel() {
    var both = DropCounter.builder().devices("lo").excludedDevices("eth0");
    assertThrows(IllegalStateException.class, both::start);
    var unknown = DropCounter.builder().devices("nosuch0");
    assertEquals(
        FailureCode.UNKNOWN_DEVICE, assertThrows(DropWatchException.class, unknown::start).code());
    assertThrows(IllegalArgumentException.class, () -> DropCounter.builder().maxKinds(0));
    var rules =
        DropCounter.builder().noiseRules(List.of(new NoiseRule.Reason("closed", "NO_SOCKET")));
    assertThrows(IllegalStateException.class, rules::start);
    assertEquals(Map.of(), HeldByKernel.now());
  }
}
