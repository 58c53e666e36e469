package io.dropwatch.benchmarks.live;

import com.sun.management.ThreadMXBean;
import io.dropwatch.DropStatistics;
import io.dropwatch.DropWatcher;
import io.dropwatch.DropWatcherBuilder;
import io.dropwatch.RingKind;
import io.dropwatch.output.EventWriter;
import io.dropwatch.output.JsonWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * One thread sends UDP to a closed port of this host as fast as it can, and a watcher reports each
 * drop: to the raw listener, as events, as NDJSON into a file; through both kinds of ring, with and
 * without a stack. For each: what the sender reached, of its rate without a watcher; what was lost;
 * what the thread that calls the listener allocated and worked for an event; how long start() took.
 *
 * <pre>benchmarks/bin/ring-rate [seconds for each row, 3 by default]</pre>
 */
public final class RingRate {
  private static final int RING_BYTES = 16 << 20;

  private final InetSocketAddress target;
  private final int seconds;
  private long readerThread;
  private long allocatedBefore;
  private long cpuBefore;
  private long allocated;
  private long cpu;
  private long sum;

  private RingRate(InetSocketAddress target, int seconds) {
    this.target = target;
    this.seconds = seconds;
  }

  /** Prints the table. */
  public static void main(String[] args) throws IOException {
    int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
    RingRate rate = new RingRate(closedPort(), seconds);
    // The same code warm for every row.
    double unused = rate.send();
    double alone = rate.send();
    System.out.printf("sender alone: %.0f k/s%n", alone / 1000);
    System.out.printf(
        "%-8s %-5s %-6s %9s %7s %10s %9s %12s %12s %9s%n",
        "listener",
        "ring",
        "stack",
        "sent k/s",
        "of it",
        "delivered",
        "lost",
        "bytes/event",
        "cpu ns/event",
        "start ms");
    for (RingKind ring : new RingKind[] {RingKind.BPF, RingKind.PERF}) {
      for (int stack : new int[] {0, 127}) {
        for (String listener : new String[] {"raw", "event", "ndjson"}) {
          rate.row(listener, ring, stack, alone);
        }
      }
    }
  }

  private static InetSocketAddress closedPort() throws IOException {
    try (DatagramChannel channel = DatagramChannel.open()) {
      channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      return (InetSocketAddress) channel.getLocalAddress();
    }
  }

  private void row(String listener, RingKind ring, int stack, double alone) throws IOException {
    Path file = Files.createTempFile("dropwatch", ".ndjson");
    readerThread = 0;
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      DropWatcherBuilder plan =
          DropWatcher.builder()
              .filter("udp and dst port " + target.getPort())
              .ring(ring)
              .ringBytesPerCpu(RING_BYTES)
              .maxLatency(Duration.ofMillis(20))
              .stackDepth(stack);
      switch (listener) {
        case "raw" ->
            plan.onRawEvent(
                raw -> {
                  sum += raw.location() + raw.reason() + raw.packetByte(0);
                  note();
                });
        case "event" ->
            plan.onEvent(
                event -> {
                  sum += event.location() + event.packetLength();
                  note();
                });
        default -> {
          EventWriter writer = new JsonWriter(out);
          plan.onEvent(
              event -> {
                writer.write(event);
                note();
              });
        }
      }
      long start = System.nanoTime();
      double sent;
      double startMillis;
      DropWatcher watcher = plan.start();
      try (watcher) {
        startMillis = (System.nanoTime() - start) / 1e6;
        sent = send();
      }
      DropStatistics end = watcher.statistics();
      System.out.printf(
          "%-8s %-5s %-6d %9.0f %6.0f%% %10d %9d %12.1f %12.0f %9.0f%n",
          listener,
          ring,
          stack,
          sent / 1000,
          100 * sent / alone,
          end.delivered(),
          end.lost() + end.lostInRing(),
          (double) allocated / Math.max(1, end.delivered()),
          (double) cpu / Math.max(1, end.delivered()),
          startMillis);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** On the listener's thread: what it has used since its first event, looked at now and then. */
  private void note() {
    if (readerThread == 0) {
      readerThread = Thread.currentThread().threadId();
      allocatedBefore = threads().getThreadAllocatedBytes(readerThread);
      cpuBefore = threads().getThreadCpuTime(readerThread);
      noted = 0;
    }
    if ((++noted & 0xffff) == 0) {
      allocated = threads().getThreadAllocatedBytes(readerThread) - allocatedBefore;
      cpu = threads().getThreadCpuTime(readerThread) - cpuBefore;
    }
  }

  private long noted;

  private static ThreadMXBean threads() {
    return (ThreadMXBean) ManagementFactory.getThreadMXBean();
  }

  /** Packets in a second. */
  private double send() throws IOException {
    ByteBuffer payload = ByteBuffer.allocateDirect(16);
    long sent = 0;
    long start = System.nanoTime();
    long until = start + seconds * 1_000_000_000L;
    try (DatagramChannel channel = DatagramChannel.open()) {
      while (System.nanoTime() < until) {
        for (int i = 0; i < 64; i++) {
          payload.clear();
          sent += channel.send(payload, target) > 0 ? 1 : 0;
        }
      }
    }
    return sent * 1e9 / (System.nanoTime() - start);
  }
}
