package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dropwatch.DropEvent;
import io.dropwatch.DropWatchException;
import io.dropwatch.DropWatcher;
import io.dropwatch.bpf.KernelSymbols;
import io.dropwatch.examples.testbed.RoutedNetwork;
import io.dropwatch.examples.testbed.Scenario;
import io.dropwatch.internal.probe.KernelFacts;
import io.dropwatch.layers.Tcp;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.DropWarning;
import io.dropwatch.model.FailureCode;
import io.dropwatch.model.NoiseRule;
import io.dropwatch.model.SocketState;
import io.dropwatch.output.JsonWriter;
import io.dropwatch.output.TextWriter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Noise rules on real drops, in the kernel and before the listener, and their counts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NoiseIT {
  /** The function that drops datagrams without a socket; Linux 7.2 has another name for it. */
  private static final String UDP =
      KernelSymbols.load().ranges("__udp4_lib_rcv").isEmpty() ? "udp_rcv" : "__udp4_lib_rcv";

  private static final int PACKETS = 20;

  private final RoutedNetwork network = RoutedNetwork.open();

  @AfterAll
  void removeNetwork() {
    network.close();
  }

  /** Packets for a neighbour that does not answer are noise by default. */
  @Test
  void neighInvalidate_isNoise() throws Exception {
    Scenario scenario = Scenario.NEIGHBOUR_UNRESOLVED;
    scenario.prepare(network);
    var watchers = ComparedWatchers.without(NoiseRule.NEIGH_INVALIDATE, scenario.filter());
    try (watchers) {
      scenario.send(network, PACKETS);
      watchers.otherEvents().await(PACKETS);
    }
    assertNoise(watchers);
    assertEquals(List.of(DropWarning.Code.HIDDEN_LOSS), watchers.warnings());
    DropStatistics statistics = watchers.statistics();
    assertEquals(PACKETS, statistics.emitted(), statistics::toString);
    assertEquals(
        Map.of("close_wait", 0L, "neigh_invalidate", (long) PACKETS, "bnxt_tx_int", 0L),
        statistics.noiseByRule());
    assertTrue(
        statistics
            .toString()
            .contains(" noise=%1$d noise[neigh_invalidate]=%1$d".formatted(PACKETS)),
        statistics::toString);
  }

  /**
   * Data after the FIN is queued out of order. When the FIN arrives, the socket goes into
   * CLOSE_WAIT and the queue is purged (tcp_fin). Even lengths and gaps keep the kernel from
   * merging segments.
   */
  @Test
  void closeWait_isNoise() throws Exception {
    ComparedWatchers watchers = withDataOutOfOrder(7081, Ending.BY_CLIENT);
    for (DropEvent event : watchers.otherEvents().events()) {
      assertEquals(SocketState.of("CLOSE_WAIT"), event.socketState());
      assertTrue(event.stack().toString().contains("skb_rbtree_purge"), event::toString);
      assertTrue(JsonWriter.format(event).contains("\"sk_state\":\"CLOSE_WAIT\""), event::toString);
      assertTrue(TextWriter.format(event).contains(" sk=CLOSE_WAIT "), event::toString);
    }
    assertNoise(watchers);
    assertEquals(
        Map.of("close_wait", (long) PACKETS, "neigh_invalidate", 0L, "bnxt_tx_int", 0L),
        watchers.statistics().noiseByRule());
  }

  /**
   * The same data in a connection that the server resets: the same function purges it, but the
   * socket is closed. Data is lost, so these drops are not noise.
   */
  @Test
  void closeWait_otherSocketState_isNotNoise() throws Exception {
    ComparedWatchers watchers = withDataOutOfOrder(7082, Ending.BY_SERVER);
    assertEquals(PACKETS, watchers.otherEvents().events().size());
    for (DropEvent event : watchers.events().events()) {
      assertEquals(SocketState.of("CLOSE"), event.socketState());
      assertTrue(event.stack().toString().contains("skb_rbtree_purge"), event::toString);
    }
    DropStatistics statistics = watchers.statistics();
    assertEquals(PACKETS, watchers.events().events().size(), statistics::toString);
    assertEquals(PACKETS, statistics.delivered(), statistics::toString);
    assertEquals(0, statistics.noise(), statistics::toString);
  }

  /** Ends a connection. */
  private enum Ending {
    BY_CLIENT,
    BY_SERVER
  }

  /** Drops queued data at the end of a connection, and closes the watchers. */
  private ComparedWatchers withDataOutOfOrder(int port, Ending ending) throws Exception {
    var watchers =
        ComparedWatchers.without(
            NoiseRule.CLOSE_WAIT,
            "tcp and src host %s and dst port %d".formatted(RawTcpClient.ADDRESS, port));
    try (watchers;
        ServerSocketChannel server = network.server().call(() -> listening(port));
        RawTcpClient client = new RawTcpClient(network, port)) {
      client.connect();
      try (SocketChannel accepted = server.accept()) {
        for (int i = 1; i <= PACKETS; i++) {
          client.send(Tcp.ACK | Tcp.PSH, 100 * i, 10);
        }
        switch (ending) {
          case BY_CLIENT -> client.send(Tcp.ACK | Tcp.FIN, 0, 0);
          case BY_SERVER -> accepted.setOption(StandardSocketOptions.SO_LINGER, 0).close();
        }
        watchers.otherEvents().await(PACKETS);
      }
    }
    return watchers;
  }

  /** Asserts that all packets are events with the other rules and noise with the tested ones. */
  private static void assertNoise(ComparedWatchers watchers) {
    assertEquals(PACKETS, watchers.otherEvents().events().size());
    assertEquals(0, watchers.otherStatistics().noise());
    assertEquals(List.of(), watchers.events().events());
    DropStatistics statistics = watchers.statistics();
    assertEquals(PACKETS, statistics.noise(), statistics::toString);
    assertEquals(0, statistics.delivered(), statistics::toString);
  }

  private static ServerSocketChannel listening(int port) throws IOException {
    return ServerSocketChannel.open().bind(new InetSocketAddress(RoutedNetwork.SERVER4, port));
  }

  @Test
  void pattern_matchesTheStack() throws Exception {
    assertOutcome(new NoiseRule.Pattern("udp", "\\b" + UDP + "/"), 0, PACKETS);
    assertOutcome(new NoiseRule.Pattern("tcp", "tcp_v4_rcv/"), PACKETS, 0);
  }

  /** Counts of each rule, with two senders and two causes at once. */
  @Test
  void rules_areCountedByName() throws Exception {
    assumeTrue(KernelFacts.running().hasReason(), "the kernel gives reasons since Linux 5.17");
    Scenario udp = Scenario.UDP_PORT_CLOSED;
    Scenario tcp = Scenario.TCP_PORT_CLOSED;
    String filter = "(%s) or (%s)".formatted(udp.filter(), tcp.filter());
    var watchers =
        new ComparedWatchers(
            filter,
            List.of(
                new NoiseRule.Frame("udp", UDP, null),
                new NoiseRule.Reason("unseen", "UDP_CSUM"),
                new NoiseRule.Pattern("any of TCP", "tcp_v4_rcv"),
                new NoiseRule.Frame("too late", "tcp_v4_rcv", null)),
            NoiseRule.DEFAULTS);
    try (watchers) {
      Thread other = Thread.ofPlatform().start(() -> tcp.send(network, PACKETS));
      udp.send(network, 2 * PACKETS);
      other.join();
      watchers.otherEvents().await(3 * PACKETS);
    }
    DropStatistics statistics = watchers.statistics();
    Map<String, Long> ofStacks = new LinkedHashMap<>(statistics.noiseByRule());
    // Of the whole machine.
    assertEquals(statistics.noiseInKernel(), ofStacks.remove("unseen"));
    assertEquals(
        Map.of("udp", 2L * PACKETS, "any of TCP", (long) PACKETS, "too late", 0L), ofStacks);
    assertEquals(3 * PACKETS, statistics.noise());
    assertEquals(3 * PACKETS, statistics.emitted());
    assertEquals(List.of(), watchers.events().events());
  }

  /**
   * Counts of rules that are applied in the kernel. They match drops of the whole machine, so
   * counts may be larger than the packets sent here, except for a rule that another one precedes.
   */
  @Test
  void rulesInTheKernel_areCountedByName() throws Exception {
    assumeTrue(KernelFacts.running().hasReason(), "the kernel gives reasons since Linux 5.17");
    Scenario udp = Scenario.UDP_PORT_CLOSED;
    Scenario tcp = Scenario.TCP_PORT_CLOSED;
    String filter = "(%s) or (%s)".formatted(udp.filter(), tcp.filter());
    var watchers =
        new ComparedWatchers(
            filter,
            List.of(
                new NoiseRule.Frame("too late", "tcp_v4_rcv", null),
                new NoiseRule.Location("udp", UDP),
                new NoiseRule.Reason("no socket", "NO_SOCKET"),
                new NoiseRule.Reason("the same", "NO_SOCKET"),
                new NoiseRule.Location("behind it", UDP),
                new NoiseRule.Location("tcp", "tcp_v4_rcv")),
            List.of());
    try (watchers) {
      tcp.send(network, PACKETS);
      udp.send(network, 2 * PACKETS);
      watchers.otherEvents().await(3 * PACKETS);
    }
    DropStatistics statistics = watchers.statistics();
    Map<String, Long> byRule = statistics.noiseByRule();
    assertEquals(
        List.of("too late", "udp", "no socket", "the same", "behind it", "tcp"),
        List.copyOf(byRule.keySet()));
    assertTrue(byRule.getOrDefault("udp", -1L) >= 2 * PACKETS, statistics::toString);
    assertTrue(byRule.getOrDefault("no socket", -1L) >= PACKETS, statistics::toString);
    assertEquals(0, byRule.getOrDefault("the same", -1L), statistics::toString);
    assertEquals(0, byRule.getOrDefault("behind it", -1L), statistics::toString);
    assertEquals(0, byRule.getOrDefault("too late", -1L), statistics::toString);
    assertEquals(
        byRule.getOrDefault("udp", -1L)
            + byRule.getOrDefault("no socket", -1L)
            + byRule.getOrDefault("tcp", -1L),
        statistics.noiseInKernel(),
        statistics::toString);
    assertEquals(0, statistics.noise(), statistics::toString);
    assertEquals(List.of(), watchers.events().events());
  }

  @Test
  void reason_isAppliedInTheKernel() throws Exception {
    assumeTrue(KernelFacts.running().hasReason(), "the kernel gives reasons since Linux 5.17");
    assertOutcome(new NoiseRule.Reason("no socket", "NO_SOCKET"), 0, 0);
    assertOutcome(new NoiseRule.Reason("no socket", "SKB_DROP_REASON_NO_SOCKET"), 0, 0);
    assertOutcome(new NoiseRule.Reason("wrong", "UDP_CSUM"), PACKETS, 0);
  }

  @Test
  void location_isAppliedInTheKernel() throws Exception {
    assertOutcome(new NoiseRule.Location("udp", UDP), 0, 0);
    assertOutcome(new NoiseRule.Location("tcp", "tcp_v4_rcv"), PACKETS, 0);
  }

  @Test
  void unknownReasonOrLocation_throws() {
    assumeTrue(KernelFacts.running().hasReason(), "the kernel gives reasons since Linux 5.17");
    assertRefused(
        new NoiseRule.Reason("r", "NO_SUCH_REASON"),
        "noise rule 'r': this kernel has no drop reason NO_SUCH_REASON; use a name that events"
            + " show");
    assertRefused(
        new NoiseRule.Location("l", "no_such_function"),
        "noise rule 'l': this kernel has no function no_such_function; use a name that stacks"
            + " show");
  }

  private static void assertRefused(NoiseRule rule, String message) {
    DropWatchException failure =
        assertThrows(
            DropWatchException.class,
            () -> DropWatcher.builder().noiseRules(List.of(rule)).onEvent(event -> {}).start());
    assertEquals(message, failure.getMessage());
    assertEquals(FailureCode.NOISE_RULE, failure.code());
  }

  /** Asserts that the packets not delivered were noise in the kernel. */
  private void assertOutcome(NoiseRule rule, int delivered, int noise) throws Exception {
    Scenario scenario = Scenario.UDP_PORT_CLOSED;
    var watchers = new ComparedWatchers(scenario.filter(), List.of(rule), NoiseRule.DEFAULTS);
    try (watchers) {
      scenario.send(network, PACKETS);
      watchers.otherEvents().await(PACKETS);
    }
    DropStatistics statistics = watchers.statistics();
    assertEquals(delivered, watchers.events().events().size(), statistics::toString);
    assertEquals(delivered, statistics.delivered(), statistics::toString);
    assertEquals(noise, statistics.noise(), statistics::toString);
    if (delivered + noise == 0) {
      assertTrue(statistics.noiseInKernel() >= PACKETS, statistics::toString);
      assertEquals(0, statistics.emitted(), statistics::toString);
    }
  }
}
