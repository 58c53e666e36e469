package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dropwatch.DropStatistics;
import io.dropwatch.DropWatcher;
import io.dropwatch.examples.lab.Cpus;
import io.dropwatch.examples.lab.Frame;
import io.dropwatch.examples.lab.PacketSocket;
import io.dropwatch.examples.lab.RoutedNetwork;
import io.dropwatch.examples.lab.Scenario;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Drops that the kernel does not show the probe, because it is running on that CPU: the account
 * names them. A process drops packets on a CPU (a firewall rule on output), and another CPU hands
 * it packets to receive (RPS), which its interrupts drop meanwhile.
 */
class RecursionIT {
  private static final int FRAMES = 400_000;

  private static final int DATAGRAMS = 200;
  private static final int ROUNDS = 10;

  @Test
  void whatTheKernelDroppedIsSeenOrARecursionMiss() throws Exception {
    assumeTrue(Runtime.getRuntime().availableProcessors() >= 2, "one CPU only: nobody interrupts");
    Scenario sent = Scenario.NFTABLES_OUTPUT;
    Scenario received = Scenario.NFTABLES_INGRESS;
    try (RoutedNetwork network = RoutedNetwork.open()) {
      sent.prepare(network);
      received.prepare(network);
      handReceptionTo(network, 1);
      // Other tests may have networks of these addresses.
      Set<Long> own =
          Set.of(network.client().inode(), network.router().inode(), network.server().inode());
      LongAdder seen = new LongAdder();
      LongAdder foreign = new LongAdder();
      DropWatcher watcher =
          DropWatcher.builder()
              .filter("(%s) or (%s)".formatted(sent.flow().filter(), received.flow().filter()))
              .ringBytesPerCpu(64 << 20)
              .onRawEvent(event -> (own.contains(event.netnsInode()) ? seen : foreign).increment())
              .start();
      long dropped = 0;
      try (watcher) {
        // A miss takes an interrupt at the right moment: usually a thousand in a round, but nobody
        // can promise one.
        for (int round = 0; round < ROUNDS && dropped - seen.sum() == 0; round++) {
          dropped += flood(network, sent, received);
          awaitDropped(watcher, seen, dropped);
        }
      }
      DropStatistics end = watcher.statistics();
      long missing = dropped - seen.sum();
      String account = "%d missing, %d of others: %s".formatted(missing, foreign.sum(), end);
      assertEquals(0, end.lost(), account);
      assertTrue(missing > 0, account);
      // Exactly, unless somebody attaches or detaches another program on the tracepoint meanwhile:
      // while it is rewritten for that, 6.18 calls no program for some such drops, and counts none.
      assertTrue(missing <= end.recursionMisses(), account);
    }
  }

  /** Returns how many packets it has sent into the two drops. */
  private static long flood(RoutedNetwork network, Scenario sent, Scenario received)
      throws InterruptedException {
    Thread input =
        onCpu(
            0,
            () -> {
              byte[] frame =
                  Frame.of(received.flow())
                      .bytes(RoutedNetwork.CLIENT_MAC, RoutedNetwork.ROUTER_MAC);
              try (PacketSocket socket = PacketSocket.open(network.client(), "eth0")) {
                socket.send(frame, FRAMES);
              }
            });
    AtomicLong datagrams = new AtomicLong();
    Thread output =
        onCpu(
            1,
            () -> {
              while (input.isAlive()) {
                sent.send(network, DATAGRAMS);
                datagrams.addAndGet(DATAGRAMS);
              }
            });
    input.join();
    output.join();
    return FRAMES + datagrams.get();
  }

  // What is handed over may lie in the other CPU's backlog for a moment.
  private static void awaitDropped(DropWatcher watcher, LongAdder seen, long dropped) {
    long end = System.nanoTime() + 10_000_000_000L;
    while (System.nanoTime() - end < 0) {
      if (seen.sum() + watcher.statistics().recursionMisses() >= dropped) {
        return;
      }
      LockSupport.parkNanos(10_000_000);
    }
  }

  private static void handReceptionTo(RoutedNetwork network, int cpu)
      throws IOException, InterruptedException {
    Process echo =
        new ProcessBuilder(
                "ip",
                "netns",
                "exec",
                network.router().name(),
                "sh",
                "-c",
                "echo %x > /sys/class/net/eth0/queues/rx-0/rps_cpus".formatted(1 << cpu))
            .inheritIO()
            .start();
    assertEquals(0, echo.waitFor(), "this kernel has no RPS (CONFIG_RPS)");
  }

  private static Thread onCpu(int cpu, Runnable work) {
    return Thread.ofPlatform()
        .start(
            () -> {
              Cpus.bind(cpu);
              work.run();
            });
  }
}
