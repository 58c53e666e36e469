package io.dropwatch.examples.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropCounter;
import io.dropwatch.DropEvent;
import io.dropwatch.DropWatcher;
import io.dropwatch.DropWatcherBuilder;
import io.dropwatch.model.DropCounts;
import io.dropwatch.model.DropKind;
import io.dropwatch.model.DropSource;
import io.dropwatch.model.DropStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Hardware drops of the kernel's simulated device (netdevsim): ten times a second it reports a UDP
 * packet with random addresses for each enabled trap. Runs in the guests of {@code
 * .ci/other-kernels}; not part of {@code mvn verify}.
 *
 * <p>The driver frees reported packets with consume_skb. Other drivers call kfree_skb, as the
 * second module does, which is built from the same source with that call replaced.
 */
class DevlinkTraps {
  private static final String DEVICE = "netdevsim/netdevsim1";
  private static final String TRAP = "source_mac_is_multicast";
  private static final String EXCEPTION = "ttl_value_is_too_small";
  private static final long PACKETS = 10;

  private final List<DropEvent> events = Collections.synchronizedList(new ArrayList<>());
  private String module = "";
  private String device = "";

  private void load(String name) throws IOException {
    module = name;
    Programs.run("modprobe", name);
    Files.writeString(Path.of("/sys/bus/netdevsim/new_device"), "1 1");
    try (Stream<Path> names = Files.list(Path.of("/sys/bus/netdevsim/devices/netdevsim1/net"))) {
      device = names.findFirst().orElseThrow().getFileName().toString();
    }
    Programs.run("ip", "link", "set", device, "up");
  }

  @AfterEach
  void unload() throws IOException {
    Files.writeString(Path.of("/sys/bus/netdevsim/del_device"), "1");
    Programs.run("rmmod", module);
  }

  @ParameterizedTest
  @ValueSource(strings = {"netdevsim", "netdevsim_kfree"})
  void report_isOneEvent(String driver) throws IOException, InterruptedException {
    load(driver);
    DropWatcher watcher = watcher().filter("udp and src host 192.0.2.1").start();
    DropCounter counter = DropCounter.builder().filter("udp and src host 192.0.2.1").start();
    assertTrue(watcher.probe().watchesHardware());
    long reported;
    try (watcher;
        counter) {
      reported = trapAFew(TRAP);
    }
    DropStatistics statistics = watcher.statistics();

    List<DropEvent> byDevice =
        events.stream().filter(event -> event.source() == DropSource.HARDWARE).toList();
    assertEquals(reported, byDevice.size(), statistics::toString);
    assertEquals(reported, statistics.hardware(), statistics::toString);
    assertEquals(events.size(), statistics.delivered(), statistics::toString);
    // Addresses and ports are random, so a duplicate would show.
    assertEquals(
        events.size(),
        events.stream().map(event -> HexFormat.of().formatHex(event.packet())).distinct().count(),
        statistics::toString);
    DropCounts counts = counter.snapshot();
    assertEquals(reported, counted(counts, DropSource.HARDWARE), counts::toString);
    for (DropKind kind : counts.counts().keySet()) {
      if (kind.source() == DropSource.HARDWARE) {
        assertEquals(TRAP, kind.reason().name());
        assertEquals(device, kind.device());
        assertEquals("IPv4/UDP", kind.protocolLabel());
      }
    }
    // The second driver also frees packets of traps that are not drops, and from before the
    // counter's start; a packet that is reported as a drop and then freed is counted once.
    long freed = counted(counts, DropSource.SOFTWARE);
    assertTrue(freed <= events.size() - reported, counts::toString);
    for (DropEvent event : byDevice) {
      assertEquals(TRAP, event.reason().name());
      assertEquals("l2_drops", event.reasonGroup());
      assertEquals(device, Objects.requireNonNull(event.device()).name());
      assertEquals("IPv4/UDP", event.layers().label());
      assertEquals(0, event.location());
      assertTrue(event.networkNamespace().inum() != 0);
      assertNotNull(event.layers().udp());
      assertTrue(event.stack().toString().contains("devlink_trap_report"), event::toString);
    }
  }

  @Test
  void filterAndDevices_applyToHardwareDrops() throws IOException, InterruptedException {
    load("netdevsim");
    DropWatcher other = watcher().filter("tcp").start();
    DropWatcher elsewhere = watcher().devices("lo").start();
    DropWatcher limited = watcher().devices(device).maxEventsPerSecond(1).start();
    long reported;
    try (other;
        elsewhere;
        limited) {
      reported = trapAFew(TRAP);
    }

    assertEquals(reported, other.statistics().hardware());
    assertTrue(other.statistics().filtered() >= reported, other.statistics()::toString);
    assertEquals(0, other.statistics().emitted());
    assertTrue(elsewhere.statistics().excluded() >= reported, elsewhere.statistics()::toString);
    DropStatistics some = limited.statistics();
    assertEquals(reported, some.delivered() + some.limited(), some::toString);
    assertTrue(some.limited() > 0 && some.delivered() > 0, some::toString);
    assertEquals(some.delivered(), events.size());
  }

  @Test
  void trapThatIsNotADrop_isIgnored() throws IOException, InterruptedException {
    load("netdevsim");
    DropWatcher watcher = watcher().filter("udp and src host 192.0.2.1").start();
    try (watcher) {
      assertTrue(trapAFew(EXCEPTION) >= PACKETS);
    }

    assertEquals(0, watcher.statistics().hardware());
    assertEquals(List.of(), events);
  }

  private static long counted(DropCounts counts, DropSource source) {
    return counts.counts().entrySet().stream()
        .filter(kind -> kind.getKey().source() == source)
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  private DropWatcherBuilder watcher() {
    return DropWatcher.builder().noiseRules(List.of()).onEvent(events::add);
  }

  /** Enables a trap until it has reported a few packets, and returns their number. */
  private static long trapAFew(String trap) throws IOException, InterruptedException {
    long before = reports(trap);
    Programs.run("devlink", "trap", "set", DEVICE, "trap", trap, "action", "trap");
    long until = System.nanoTime() + 60_000_000_000L;
    while (reports(trap) - before < PACKETS && System.nanoTime() - until < 0) {
      Thread.sleep(100);
    }
    Programs.run("devlink", "trap", "set", DEVICE, "trap", trap, "action", "drop");
    Thread.sleep(300); // a report may be in progress
    return reports(trap) - before;
  }

  /** Returns the kernel's count. */
  private static long reports(String trap) throws IOException {
    String shown = Programs.run("devlink", "-s", "trap", "show", DEVICE, "trap", trap);
    Matcher packets = Pattern.compile("packets (\\d+)").matcher(shown);
    assertTrue(packets.find(), shown);
    return Long.parseLong(packets.group(1));
  }
}
