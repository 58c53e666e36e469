package io.dropwatch.benchmarks.live;

import com.sun.management.ThreadMXBean;
import io.dropwatch.DropStatistics;
import io.dropwatch.DropWatcher;
import io.dropwatch.DropWatcherBuilder;
import io.dropwatch.RingKind;
import io.dropwatch.benchmarks.kernel.Flood;
import io.dropwatch.output.EventWriter;
import io.dropwatch.output.JsonWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * One thread, bound to one CPU, sends UDP to a closed port, or frames of an unknown protocol, as
 * fast as it can, and a watcher reports each drop: to the raw listener, as events, as NDJSON into a
 * file; through both kinds of ring; with the stack of each, once a second for each location and
 * reason, or without one. For each: what the sender reached, of its rate without a watcher; what
 * was lost; what the thread that calls the listener allocated and worked for an event; how long
 * start() took.
 *
 * <pre>benchmarks/bin/ring-rate [packets for each row, 2,000,000 by default]</pre>
 */
public final class RingRate implements AutoCloseable {
  private static final int RING_BYTES = 16 << 20;

  private final Flood flood = new Flood();
  private final int sender = Runtime.getRuntime().availableProcessors() - 1;
  private final int packets;
  private long readerThread;
  private long noted;
  private long allocatedBefore;
  private long cpuBefore;
  private long allocated;
  private long cpu;
  private long sum;

  private RingRate(int packets) {
    this.packets = packets;
  }

  /** Prints the table. */
  public static void main(String[] args) throws IOException {
    try (RingRate rate = new RingRate(args.length > 0 ? Integer.parseInt(args[0]) : 2_000_000)) {
      rate.table();
    }
  }

  private enum Traffic {
    /** To a closed port, answered by ICMP. */
    DATAGRAMS("udp and dst host 192.0.2.2 and dst port 7001"),
    /** Of a protocol that nobody has: the kernel has little to do with them but to drop them. */
    FRAMES("ether proto 0x88b5");

    final String filter;

    Traffic(String filter) {
      this.filter = filter;
    }
  }

  private void table() throws IOException {
    Map<Traffic, Double> alone = new EnumMap<>(Traffic.class);
    for (Traffic traffic : Traffic.values()) {
      double rate = send(traffic, packets);
      alone.put(traffic, rate);
      System.out.printf("sender of %s alone: %.0f k/s%n", traffic, rate / 1000);
    }
    System.out.printf(
        "%-9s %-8s %-5s %-6s %9s %7s %10s %9s %12s %12s %9s%n",
        "traffic",
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
    for (Traffic traffic : Traffic.values()) {
      for (RingKind ring : new RingKind[] {RingKind.BPF, RingKind.PERF}) {
        for (String stack : new String[] {"none", "once", "each"}) {
          for (String listener : new String[] {"raw", "event", "ndjson"}) {
            row(traffic, listener, ring, stack, Objects.requireNonNull(alone.get(traffic)));
          }
        }
      }
    }
  }

  private void row(Traffic traffic, String listener, RingKind ring, String stack, double alone)
      throws IOException {
    Path file = Files.createTempFile("dropwatch", ".ndjson");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      DropWatcherBuilder plan =
          DropWatcher.builder()
              .filter(traffic.filter)
              .ring(ring)
              .ringBytesPerCpu(RING_BYTES)
              .maxLatency(Duration.ofMillis(20))
              .stackDepth(stack.equals("none") ? 0 : 127)
              .stackOncePer(Duration.ofMillis(stack.equals("once") ? 1000 : 0));
      listen(plan, listener, out);
      // The same code warm for every row.
      DropWatcher warming = plan.start();
      try (warming) {
        var _ = send(traffic, packets / 10);
      }
      readerThread = 0;
      long start = System.nanoTime();
      DropWatcher watcher = plan.start();
      double startMillis = (System.nanoTime() - start) / 1e6;
      double sent;
      try (watcher) {
        sent = send(traffic, packets);
      }
      DropStatistics end = watcher.statistics();
      System.out.printf(
          "%-9s %-8s %-5s %-6s %9.0f %6.0f%% %10d %9d %12.1f %12.0f %9.0f%n",
          traffic,
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

  private void listen(DropWatcherBuilder plan, String listener, OutputStream out) {
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

  private static ThreadMXBean threads() {
    return (ThreadMXBean) ManagementFactory.getThreadMXBean();
  }

  /** Packets in a second. */
  private double send(Traffic traffic, int count) {
    return switch (traffic) {
      case DATAGRAMS -> flood.send(count, sender);
      case FRAMES -> flood.sendFrames(count, sender);
    };
  }

  @Override
  public void close() {
    flood.close();
  }
}
