package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dropwatch.DropWatcher;
import io.dropwatch.examples.testbed.EthernetFrame;
import io.dropwatch.examples.testbed.LinuxCalls;
import io.dropwatch.examples.testbed.PacketSocket;
import io.dropwatch.examples.testbed.RoutedNetwork;
import io.dropwatch.examples.testbed.Scenario;
import io.dropwatch.examples.testbed.TestbedException;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.NoiseRule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/**
 * Drops for which the kernel does not call the probe, because it is running on that CPU, are
 * counted as recursion misses. A process drops packets on a CPU (a firewall rule on output);
 * another CPU sends it packets (RPS), which its interrupts drop at the same time.
 */
class RecursionIT {
  private static final int FRAMES = 400_000;
  private static final int DATAGRAMS = 200;
  private static final int ROUNDS = 10;

  /**
   * Drops by the kernel's counters for which the probe was not called, and the recursion misses.
   */
  private record Round(long dropped, long missing, DropStatistics account) {
    // A miss needs an interrupt at the right moment: usually a thousand in a round, but none is
    // guaranteed. And while other programs are attached to the tracepoint or detached, the kernel
    // leaves out calls without counting them.
    boolean showsWhatItIsFor() {
      return missing > 0 && missing <= account.recursionMisses();
    }
  }

  @Test
  void drops_areSeenOrRecursionMisses() throws Exception {
    assumeTrue(Runtime.getRuntime().availableProcessors() >= 2, "one CPU only: nothing interrupts");
    List<Round> rounds = new ArrayList<>();
    try (RoutedNetwork network = RoutedNetwork.open()) {
      Scenario.NFTABLES_OUTPUT.prepare(network);
      Scenario.NFTABLES_INGRESS.prepare(network);
      handReceptionTo(network, 1);
      do {
        rounds.add(round(network));
        assertEquals(0, rounds.getLast().account.lost(), rounds::toString);
      } while (!rounds.getLast().showsWhatItIsFor() && rounds.size() < ROUNDS);
    }
    assertTrue(rounds.getLast().showsWhatItIsFor(), rounds::toString);
  }

  private static Round round(RoutedNetwork network) throws InterruptedException {
    Scenario sent = Scenario.NFTABLES_OUTPUT;
    Scenario received = Scenario.NFTABLES_INGRESS;
    // Other tests may use the same addresses.
    Set<Long> own = Set.of(network.client().inum(), network.server().inum());
    LongAdder seen = new LongAdder();
    long before = dropped(network, sent, received);
    DropWatcher watcher =
        DropWatcher.builder()
            .filter("(%s) or (%s)".formatted(sent.filter(), received.filter()))
            // Dropped before the rule, on a busy machine.
            .noiseRules(List.of(new NoiseRule.Reason("backlog", "CPU_BACKLOG")))
            .ringBytesPerCpu(64 << 20)
            .onRawEvent(
                event -> {
                  if (own.contains(event.netnsInum())) {
                    seen.increment();
                  }
                })
            .start();
    long dropped;
    try (watcher) {
      flood(network, sent, received);
      dropped = awaitDropped(watcher, seen, () -> dropped(network, sent, received) - before);
    }
    return new Round(dropped, dropped - seen.sum(), watcher.statistics());
  }

  /** Returns the packets that the two firewall rules have dropped. */
  private static long dropped(RoutedNetwork network, Scenario sent, Scenario received) {
    return sent.kernelCount(network).orElseThrow() + received.kernelCount(network).orElseThrow();
  }

  private static void flood(RoutedNetwork network, Scenario sent, Scenario received)
      throws InterruptedException {
    Thread input =
        onCpu(
            0,
            () -> {
              byte[] frame =
                  EthernetFrame.of(received.flow())
                      .bytes(RoutedNetwork.CLIENT_MAC, RoutedNetwork.ROUTER_MAC);
              try (PacketSocket socket = PacketSocket.open(network.client(), "eth0")) {
                socket.send(frame, FRAMES);
              } catch (TestbedException full) {
                // Fewer if the other CPU's backlog was full.
                if (!String.valueOf(full.getMessage()).contains("No buffer space")) {
                  throw full;
                }
              }
            });
    Thread output =
        onCpu(
            1,
            () -> {
              while (input.isAlive()) {
                sent.send(network, DATAGRAMS);
              }
            });
    input.join();
    output.join();
  }

  /** Waits for the other CPU's backlog and for the reader. */
  private static long awaitDropped(DropWatcher watcher, LongAdder seen, LongSupplier counter) {
    long end = System.nanoTime() + 5_000_000_000L;
    long dropped = -1;
    long now = counter.getAsLong();
    while (System.nanoTime() - end < 0
        && (now != dropped || seen.sum() + watcher.statistics().recursionMisses() < now)) {
      LockSupport.parkNanos(50_000_000);
      dropped = now;
      now = counter.getAsLong();
    }
    return now;
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
              LinuxCalls.bindThreadToCpu(cpu);
              work.run();
            });
  }
}
