package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropCounter;
import io.dropwatch.examples.testbed.PacketSocket;
import io.dropwatch.examples.testbed.RoutedNetwork;
import io.dropwatch.examples.testbed.Scenario;
import io.dropwatch.model.DropCounts;
import io.dropwatch.model.DropKind;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Compares the counting mode with the kernel's own counters: concurrent floods with several
 * reasons, protocols, devices and namespaces.
 */
class CountingIT {
  private static final int PACKETS = 20_000;
  private static final List<Scenario> FLOODS =
      List.of(
          Scenario.NFTABLES_INGRESS,
          Scenario.NFTABLES_INPUT_IPV6,
          Scenario.UDP_PORT_CLOSED,
          Scenario.UDP_PORT_CLOSED_IPV6,
          Scenario.NO_ROUTE,
          Scenario.TCP_CHECKSUM);

  @Test
  void snapshot_countsFloodsAsTheKernelDoes() {
    try (RoutedNetwork network = RoutedNetwork.open()) {
      FLOODS.forEach(flood -> flood.prepare(network));
      Map<String, Long> before = byTheKernel(network);
      String filter =
          FLOODS.stream()
              .map(flood -> "(" + flood.filter() + ")")
              .collect(Collectors.joining(" or "));
      DropCounter counter = DropCounter.builder().filter(filter).start();
      try (counter) {
        FLOODS.parallelStream().forEach(flood -> flood.send(network, PACKETS));
        await(counter, (long) FLOODS.size() * PACKETS);
      }
      DropCounts counts = counter.snapshot();

      Map<String, Long> after = byTheKernel(network);
      before.forEach((what, count) -> after.merge(what, -count, Long::sum));
      Map<String, Long> counted = new TreeMap<>();
      counts.counts().forEach((kind, count) -> counted.merge(what(kind), count, Long::sum));
      // A queue shared by the floods may be full before a packet reaches its rule.
      counted.keySet().removeIf(what -> what.startsWith("CPU_BACKLOG"));
      assertEquals(after, counted, counts::toString);
      assertTrue(after.values().stream().allMatch(count -> count > PACKETS / 2), after::toString);
      assertEquals((long) FLOODS.size() * PACKETS, counts.counted(), counts::toString);
      assertEquals(0, counts.overflow(), counts::toString);
      assertEquals(counts.seen(), counts.filtered() + counts.counted(), counts::toString);
    }
  }

  /** More kinds than one system call reads: one for each unassigned EtherType. */
  @Test
  void snapshot_thousandsOfKinds_areAllRead() {
    int kinds = 3000;
    int each = 3;
    try (RoutedNetwork network = RoutedNetwork.open();
        PacketSocket socket = PacketSocket.open(network.client(), "eth0")) {
      DropCounter counter =
          DropCounter.builder().filter("ether src " + RoutedNetwork.CLIENT_MAC).start();
      DropCounts half;
      try (counter) {
        for (int round = 0; round < each; round++) {
          for (int type = 0xa000; type < 0xa000 + kinds; type++) {
            socket.send(frame(type), 1);
          }
        }
        await(counter, (long) kinds * each);
        half = counter.snapshot();
        socket.send(frame(0xa001), 10);
        await(counter, (long) kinds * each + 10);
      }
      DropCounts counts = counter.snapshot();
      Map<Integer, Long> first = byProtocol(half);
      assertEquals(kinds, first.size());
      // A message with all of them would be too long.
      first.values().removeIf(count -> count == each);
      assertEquals(Map.of(), first);
      assertEquals(Map.of(0xa001, 10L), byProtocol(counts.since(half)));
      assertEquals(0, counts.overflow(), counts::toString);
    }
  }

  private static Map<Integer, Long> byProtocol(DropCounts counts) {
    Map<Integer, Long> sums = new TreeMap<>();
    counts.counts().forEach((kind, count) -> sums.merge(kind.etherType(), count, Long::sum));
    // Other hosts send packets as well.
    sums.keySet().removeIf(type -> type < 0xa000);
    return sums;
  }

  private static byte[] frame(int etherType) {
    byte[] frame = new byte[60];
    byte[] macs = {2, 0, 0, 0, 0x0a, (byte) 0xfe, 2, 0, 0, 0, 0x0a, 1};
    System.arraycopy(macs, 0, frame, 0, macs.length);
    frame[12] = (byte) (etherType >> 8);
    frame[13] = (byte) etherType;
    return frame;
  }

  private static void await(DropCounter counter, long drops) {
    long end = System.nanoTime() + 20_000_000_000L;
    while (counter.snapshot().counted() < drops && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(10_000_000);
    }
  }

  private static Map<String, Long> byTheKernel(RoutedNetwork network) {
    Map<String, Long> counts = new TreeMap<>();
    for (Scenario flood : FLOODS) {
      counts.put(what(network, flood), flood.kernelCount(network).orElseThrow());
    }
    return counts;
  }

  private static String what(RoutedNetwork network, Scenario flood) {
    Scenario.Drop drop = flood.drop();
    return String.join(
        " ",
        drop.reason(),
        (flood.flow().sourceAddress().isIpv6() ? "IPv6/" : "IPv4/") + flood.flow().protocolLabel(),
        String.valueOf(drop.device()),
        Long.toString(network.host(drop.host()).inum()));
  }

  private static String what(DropKind kind) {
    return String.join(
        " ",
        kind.reason().name().replace("SKB_DROP_REASON_", ""),
        kind.protocolLabel(),
        String.valueOf(kind.device()),
        Long.toString(kind.netnsInum()));
  }
}
