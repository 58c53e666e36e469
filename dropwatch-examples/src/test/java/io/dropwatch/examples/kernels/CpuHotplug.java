package io.dropwatch.examples.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.DropCounter;
import io.dropwatch.DropWatcher;
import io.dropwatch.DropWatcherBuilder;
import io.dropwatch.examples.testbed.ClosedPort;
import io.dropwatch.examples.testbed.LinuxCalls;
import io.dropwatch.model.DropCounts;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.RingKind;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * CPU 1 goes offline and online while drops are watched: all drops are accounted for, and later
 * ones are delivered. This slows the whole machine, so it runs in guests only, see {@code
 * .ci/kernels/tests}. Needs root.
 */
@Timeout(300)
class CpuHotplug {
  private static final Path SWITCH = Path.of("/sys/devices/system/cpu/cpu1/online");

  private final AtomicLong sent = new AtomicLong();

  @AfterEach
  void bringItBack() throws IOException {
    run(true);
  }

  private static void run(boolean online) throws IOException {
    Files.writeString(SWITCH, online ? "1" : "0");
  }

  @ParameterizedTest
  @EnumSource(names = {"PERF", "BPF"})
  void watcher_deliversDropsBeforeAndAfterOffline(RingKind ring) throws Exception {
    DropStatistics end;
    try (ClosedPort port = ClosedPort.open()) {
      DropWatcher watcher = watcher(ring, port);
      try (watcher) {
        send(port, 1, 100);
        run(false);
        send(port, 0, 100);
        until(watcher, () -> watcher.statistics().delivered() == 200);
        run(true);
        sendUntilHeard(watcher, port);
        // More than one may have been in flight.
        until(
            watcher,
            () -> watcher.statistics().delivered() + watcher.statistics().lost() == sent.get());

        long lost = watcher.statistics().lost();
        long delivered = watcher.statistics().delivered();
        send(port, 1, 100);
        until(watcher, () -> watcher.statistics().delivered() == delivered + 100);
        assertEquals(lost, watcher.statistics().lost(), "it has its ring");
      }
      end = watcher.statistics();
    }
    assertBalanced(ring, end);
  }

  @ParameterizedTest
  @EnumSource(names = {"PERF", "BPF"})
  void watcher_cpuOnlineAgainBeforeItIsNoticed(RingKind ring) throws Exception {
    DropStatistics end;
    try (ClosedPort port = ClosedPort.open()) {
      DropWatcher watcher = watcher(ring, port);
      try (watcher) {
        for (int i = 0; i < 3; i++) {
          send(port, 1, 10);
          run(false);
          run(true);
          sendUntilHeard(watcher, port);
        }
      }
      end = watcher.statistics();
    }
    assertBalanced(ring, end);
  }

  @ParameterizedTest
  @EnumSource(names = {"PERF", "BPF"})
  void watcher_floodDuringHotplug_isAccountedFor(RingKind ring) throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    DropStatistics end;
    try (ClosedPort port = ClosedPort.open()) {
      DropWatcher watcher = watcher(ring, port);
      try (watcher) {
        Thread[] senders = new Thread[2];
        for (int i = 0; i < senders.length; i++) {
          senders[i] =
              Thread.ofPlatform()
                  .start(
                      () -> {
                        while (!over.get()) {
                          send(port, 50);
                        }
                      });
        }
        for (int i = 0; i < 5; i++) {
          run(false);
          LockSupport.parkNanos(200_000_000);
          run(true);
          LockSupport.parkNanos(i * 70_000_000L);
        }
        over.set(true);
        for (Thread sender : senders) {
          sender.join();
        }
        sendUntilHeard(watcher, port);
      }
      end = watcher.statistics();
    }
    assertBalanced(ring, end);
  }

  /** The process cannot open files when CPU 1 comes online, not even for its ring. */
  @Test
  void watcher_ringCannotBeOpened_warnsOnceAndRetries() throws Exception {
    Queue<String> warnings = new ConcurrentLinkedQueue<>();
    DropStatistics end;
    try (ClosedPort port = ClosedPort.open();
        FileChannel online = FileChannel.open(SWITCH, StandardOpenOption.WRITE);
        DatagramSocket socket = new DatagramSocket()) {
      DropWatcher watcher =
          plan(RingKind.PERF, port).onWarning(warning -> warnings.add(warning.message())).start();
      try (watcher) {
        run(false);
        Thread.sleep(500);
        OpenFiles before = OpenFiles.limit(0);
        try {
          online.write(ByteBuffer.wrap(new byte[] {'1'}));
          until(watcher, () -> !warnings.isEmpty());
          Thread cpu1 =
              Thread.ofPlatform()
                  .start(
                      () -> {
                        LinuxCalls.bindThreadToCpu(1);
                        for (int i = 0; i < 100; i++) {
                          send(socket, port);
                        }
                      });
          cpu1.join();
          until(watcher, () -> watcher.statistics().lostNoRing() == 100);
        } finally {
          before.restore();
        }
        sendUntilHeard(watcher, port);
      }
      end = watcher.statistics();
    }
    assertBalanced(RingKind.PERF, end);
    assertEquals(1, warnings.size(), warnings::toString);
    String warning = warnings.element();
    assertTrue(
        warning.startsWith(
            "CPU 1 has no ring, so its events are lost; opening one is retried ten times a second."
                + " cannot open perf rings of "),
        warning);
    assertTrue(warning.contains("EMFILE"), warning);
  }

  /** The counts of an offline CPU are kept. */
  @Test
  void counter_countsDuringHotplug() throws Exception {
    DropCounts counts;
    try (ClosedPort port = ClosedPort.open()) {
      DropCounter counter =
          DropCounter.builder().filter("udp and dst port " + port.number()).start();
      try (counter) {
        for (int i = 0; i < 3; i++) {
          send(port, 1, 100);
          run(false);
          assertEquals(sent.get(), counter.snapshot().counted());
          send(port, 0, 100);
          run(true);
        }
        send(port, 1, 100);
      }
      counts = counter.snapshot();
    }
    assertEquals(sent.get(), counts.counted(), counts::toString);
    assertEquals(0, counts.overflow(), counts::toString);
    assertEquals(1, counts.counts().size(), counts::toString);
  }

  private void send(DatagramSocket socket, ClosedPort port) {
    try {
      socket.send(new DatagramPacket(new byte[9], 9, port.address()));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    sent.incrementAndGet();
  }

  private static DropWatcher watcher(RingKind ring, ClosedPort port) {
    return plan(ring, port).start();
  }

  private static DropWatcherBuilder plan(RingKind ring, ClosedPort port) {
    return DropWatcher.builder()
        .filter("udp and dst port " + port.number())
        .ring(ring)
        .ringBytesPerCpu(1 << 24)
        .stackDepth(0)
        .onRawEvent(_ -> {});
  }

  /** Sends until a drop of CPU 1 is delivered. */
  private void sendUntilHeard(DropWatcher watcher, ClosedPort port) throws InterruptedException {
    long before = watcher.statistics().delivered();
    long until = System.nanoTime() + 30_000_000_000L;
    while (watcher.statistics().delivered() == before) {
      assertTrue(System.nanoTime() - until < 0, () -> "no ring: " + watcher.statistics());
      send(port, 1, 1);
      LockSupport.parkNanos(5_000_000);
    }
  }

  private void assertBalanced(RingKind ring, DropStatistics end) {
    assertEquals(sent.get(), end.delivered() + end.lostNoRing(), end::toString);
    assertEquals(0, end.lostInRing(), end::toString);
    if (ring == RingKind.BPF) {
      assertEquals(0, end.lost(), end::toString);
    }
    System.out.println(ring + ": " + end);
  }

  // A datagram to a closed port is dropped on the CPU of its sender.
  private void send(ClosedPort port, int cpu, int times) throws InterruptedException {
    Thread.ofPlatform()
        .start(
            () -> {
              LinuxCalls.bindThreadToCpu(cpu);
              send(port, times);
            })
        .join();
  }

  private void send(ClosedPort port, int times) {
    try {
      port.send(9, times);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    sent.addAndGet(times);
  }

  private static void until(DropWatcher watcher, BooleanSupplier condition) {
    long until = System.nanoTime() + 30_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - until < 0, () -> "timed out: " + watcher.statistics());
      LockSupport.parkNanos(1_000_000);
    }
  }
}
