package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dropwatch.DropCounter;
import io.dropwatch.examples.testbed.PacketSocket;
import io.dropwatch.examples.testbed.RoutedNetwork;
import io.dropwatch.examples.testbed.Scenario;
import io.dropwatch.internal.probe.KernelFacts;
import io.dropwatch.layers.Layers;
import io.dropwatch.model.DropCounts;
import io.dropwatch.model.DropKind;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
    assumeTrue(KernelFacts.running().hasReason(), "the kernel gives reasons since Linux 5.17");
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

  /** More kinds than one system call reads: each named IP protocol on each of many devices. */
  @Test
  void snapshot_thousandKinds_areAllRead() {
    int devices = 25;
    List<Integer> protocols = IntStream.range(0, 256).filter(CountingIT::isNamed).boxed().toList();
    try (RoutedNetwork network = RoutedNetwork.open()) {
      DropCounter counter =
          DropCounter.builder().maxKinds(65_536).filter("ether src 02:00:00:00:0a:77").start();
      DropCounts half;
      long sent = 0;
      try (counter) {
        for (int i = 0; i < devices; i++) {
          network
              .client()
              .ip(
                  "link add v%1$d type veth peer name p%1$d\nlink set v%1$d up\nlink set p%1$d up"
                      .formatted(i));
          try (PacketSocket socket = PacketSocket.open(network.client(), "v" + i)) {
            for (int protocol : protocols) {
              socket.send(ip(0x0800, protocol), 2);
              socket.send(ip(0x86dd, protocol), 2);
              sent += 4;
            }
          }
        }
        await(counter, sent);
        half = counter.snapshot();
      }
      DropCounts counts = counter.snapshot();
      assertEquals(sent, counts.counted(), counts::toString);
      assertEquals(devices * protocols.size() * 2, half.counts().size());
      // A message with all of them would be too long.
      assertEquals(Set.of(2L), Set.copyOf(half.counts().values()));
      assertEquals(0, counts.overflow(), counts::toString);
    }
  }

  private static boolean isNamed(int protocol) {
    return !Layers.label(0x0800, protocol).equals("IPv4/" + protocol);
  }

  /** An attack on the table: thousands of EtherTypes and protocols without a name. */
  @Test
  void protocolsWithoutName_shareKinds() {
    try (RoutedNetwork network = RoutedNetwork.open();
        PacketSocket socket = PacketSocket.open(network.client(), "eth0")) {
      Scenario.UDP_PORT_CLOSED.prepare(network);
      DropCounter counter =
          DropCounter.builder()
              .filter(
                  "ether src %s or ether src 02:00:00:00:0a:77 or (%s)"
                      .formatted(RoutedNetwork.CLIENT_MAC, Scenario.UDP_PORT_CLOSED.filter()))
              .start();
      int types = 9000;
      long sent = types;
      try (counter) {
        for (int type = 0xa000; type < 0xa000 + types; type++) {
          socket.send(frame(type), 1);
        }
        for (int protocol = 0; protocol < 256; protocol++) {
          if (!isNamed(protocol)) {
            socket.send(ip(0x0800, protocol), 1);
            sent++;
          }
        }
        Scenario.UDP_PORT_CLOSED.send(network, 100);
        await(counter, sent + 100);
      }
      DropCounts counts = counter.snapshot();
      Map<String, Long> byProtocol = new TreeMap<>();
      counts.counts().forEach((kind, n) -> byProtocol.merge(kind.protocolLabel(), n, Long::sum));
      assertEquals((long) types, byProtocol.get("other"), counts::toString);
      assertEquals(sent - types, byProtocol.get("IPv4/other"), counts::toString);
      assertEquals(100L, byProtocol.get("IPv4/UDP"), counts::toString);
      assertTrue(counts.counts().size() < 20, () -> counts.counts().toString());
      assertEquals(0, counts.overflow(), counts::toString);
    }
  }

  private static byte[] ip(int etherType, int protocol) {
    byte[] frame = frame(etherType);
    frame[11] = 0x77;
    frame[14] = (byte) (etherType == 0x0800 ? 0x45 : 0x60);
    frame[14 + (etherType == 0x0800 ? 9 : 6)] = (byte) protocol;
    return frame;
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
        Long.toString(kind.networkNamespace().inum()));
  }
}
