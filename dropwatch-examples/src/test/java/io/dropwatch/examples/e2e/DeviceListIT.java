package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropCounter;
import io.dropwatch.DropWatchException;
import io.dropwatch.DropWatcher;
import io.dropwatch.DropWatcherBuilder;
import io.dropwatch.examples.testbed.Namespace;
import io.dropwatch.examples.testbed.PacketSocket;
import io.dropwatch.examples.testbed.RoutedNetwork;
import io.dropwatch.examples.testbed.Scenario;
import io.dropwatch.model.FailureCode;
import io.dropwatch.pcapfilter.FilterSyntaxException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Device lists name devices of the network namespace in which the watcher is started. All three
 * hosts have an {@code eth0} with the same ifindex.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeviceListIT {
  private static final int PACKETS = 20;

  private final RoutedNetwork network = RoutedNetwork.open();

  @BeforeAll
  void prepare() {
    Scenario.NFTABLES_OUTPUT.prepare(network);
  }

  @AfterAll
  void removeNetwork() {
    network.close();
  }

  @Test
  void devices_selectDropsOnTheDevice() throws Exception {
    Outcome outcome = drops(network.server(), builder -> builder.devices("eth0"));
    assertEquals(Map.of(Scenario.UDP_PORT_CLOSED, PACKETS), outcome.seen);
    // Drops on the router's eth0, and drops without a device.
    assertTrue(outcome.excluded >= 2 * PACKETS, outcome::toString);
  }

  @Test
  void devices_ofSeveralNames() throws Exception {
    Outcome outcome = drops(network.router(), builder -> builder.devices("lo", "eth1", "eth0"));
    assertEquals(Map.of(Scenario.NO_ROUTE, PACKETS), outcome.seen);
  }

  @Test
  void devices_ofAnotherName_selectNothing() throws Exception {
    Outcome outcome = drops(network.router(), builder -> builder.devices("eth1"));
    assertEquals(Map.of(), outcome.seen);
    assertTrue(outcome.excluded >= 3 * PACKETS, outcome::toString);
  }

  @Test
  void excludedDevices_keepDropsWithoutADevice() throws Exception {
    Outcome outcome = drops(network.server(), builder -> builder.excludedDevices("eth0"));
    assertEquals(
        Map.of(Scenario.NO_ROUTE, PACKETS, Scenario.NFTABLES_OUTPUT, PACKETS), outcome.seen);
    assertTrue(outcome.excluded >= PACKETS, outcome::toString);
  }

  @Test
  void devices_andFilter_bothApply() throws Exception {
    Outcome outcome =
        drops(
            network.server(),
            builder -> builder.devices("eth0").filter(Scenario.NO_ROUTE.filter()));
    assertEquals(Map.of(), outcome.seen);
    assertTrue(outcome.excluded >= PACKETS && outcome.filtered >= PACKETS, outcome::toString);
  }

  // The filter compares the ifindex only, and the server's eth0 has the same.
  @Test
  void ifname_isTheIndexInTheWatchersNamespace() throws Exception {
    Outcome outcome = drops(network.router(), builder -> builder.filter("ifname eth0"));
    assertEquals(
        Map.of(Scenario.UDP_PORT_CLOSED, PACKETS, Scenario.NO_ROUTE, PACKETS), outcome.seen);
    assertTrue(outcome.filtered >= PACKETS, outcome::toString);
    outcome = drops(network.router(), builder -> builder.filter("udp and ifname eth1"));
    assertEquals(Map.of(), outcome.seen);
    outcome = drops(network.router(), builder -> builder.devices("eth0").filter("not ifname eth1"));
    assertEquals(Map.of(Scenario.NO_ROUTE, PACKETS), outcome.seen);
  }

  @Test
  void ifname_unknownDevice_throws() {
    FilterSyntaxException e =
        assertThrows(
            FilterSyntaxException.class,
            () -> drops(network.server(), builder -> builder.filter("udp or ifname eth1")));
    assertTrue(e.summary().contains("no network device 'eth1'"), e::toString);
  }

  @Test
  void devices_unknownName_throws() {
    DropWatchException e =
        assertThrows(
            DropWatchException.class,
            () -> drops(network.server(), builder -> builder.devices("eth0", "eth7")));
    assertEquals(FailureCode.UNKNOWN_DEVICE, e.code());
    assertTrue(String.valueOf(e.getMessage()).contains("eth7"), e::toString);
  }

  @Test
  void devices_andExcludedDevices_throw() {
    assertThrows(
        IllegalStateException.class,
        () -> drops(network.server(), builder -> builder.devices("eth0").excludedDevices("lo")));
  }

  /** A veth pair that is removed and made again has other numbers. */
  @Test
  void devices_madeAgain_areWatchedByTheirName() throws Exception {
    Namespace namespace = network.server();
    makePair(namespace);
    EventLog log = new EventLog();
    EventLog unlisted = new EventLog();
    DropWatcherBuilder builder = DropWatcher.builder().filter("ether proto 0x88b5");
    try (DropWatcher listed = namespace.call(() -> builder.devices("dwv0").onEvent(log).start());
        DropWatcher others =
            namespace.call(
                () -> builder.devices().excludedDevices("dwv0").onEvent(unlisted).start());
        DropCounter counter =
            namespace.call(
                () -> DropCounter.builder().filter("ether proto 0x88b5").devices("dwv0").start())) {
      sendUnknownFrames(namespace);
      log.await(PACKETS);
      int before = namespace.ifindex("dwv0");
      namespace.ip("link del dwv0\n");
      makePair(namespace);
      assertTrue(namespace.ifindex("dwv0") != before);
      Thread.sleep(1000);
      sendUnknownFrames(namespace);
      log.await(2 * PACKETS);
      assertEquals(2L * PACKETS, counter.snapshot().counted());
      assertEquals(2 * PACKETS, log.events().size());
      assertEquals(0, unlisted.events().size());
      assertEquals(0, listed.statistics().lost() + others.statistics().lost());
    } finally {
      namespace.ip("link del dwv0\n");
    }
  }

  private static void makePair(Namespace namespace) {
    namespace.ip(
        """
        link add dwv0 type veth peer name dwv1
        link set dwv0 up
        link set dwv1 up
        """);
  }

  private static void sendUnknownFrames(Namespace namespace) {
    byte[] frame = new byte[60];
    // To all, of the EtherType for local experiments, which nothing receives.
    Arrays.fill(frame, 0, 6, (byte) 0xff);
    frame[6] = 2;
    frame[12] = (byte) 0x88;
    frame[13] = (byte) 0xb5;
    try (PacketSocket socket = PacketSocket.open(namespace, "dwv1")) {
      socket.send(frame, PACKETS);
    }
  }

  private record Outcome(Map<Scenario, Integer> seen, long excluded, long filtered) {}

  private interface Plan {
    DropWatcherBuilder of(DropWatcherBuilder builder);
  }

  /**
   * Returns the events of a watcher started in {@code namespace}, for drops on the server, on the
   * router and without a device.
   */
  private Outcome drops(Namespace namespace, Plan plan) throws Exception {
    EventLog log = new EventLog();
    // Tells when the last packet has been dropped.
    EventLog all = new EventLog();
    DropWatcher watcher = namespace.call(() -> plan.of(DropWatcher.builder()).onEvent(log).start());
    DropWatcher witness =
        DropWatcher.builder().filter("src host 192.0.2.1 and udp").onEvent(all).start();
    try (watcher;
        witness) {
      for (Scenario scenario :
          new Scenario[] {Scenario.UDP_PORT_CLOSED, Scenario.NO_ROUTE, Scenario.NFTABLES_OUTPUT}) {
        scenario.send(network, PACKETS);
      }
      all.await(3 * PACKETS);
    }
    Map<Scenario, Integer> seen = new TreeMap<>();
    log.events()
        .forEach(
            event -> {
              for (Scenario scenario : Scenario.values()) {
                if (scenario.flow().equals(event.flow())) {
                  seen.merge(scenario, 1, Integer::sum);
                }
              }
            });
    return new Outcome(seen, watcher.statistics().excluded(), watcher.statistics().filtered());
  }
}
