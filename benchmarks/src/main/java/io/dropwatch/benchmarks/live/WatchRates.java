package io.dropwatch.benchmarks.live;

import com.sun.management.ThreadMXBean;
import io.dropwatch.DropWatcher;
import io.dropwatch.DropWatcherBuilder;
import io.dropwatch.benchmarks.kernel.Flood;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.RingKind;
import io.dropwatch.output.EventWriter;
import io.dropwatch.output.JsonWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/** Measures how many drops a second one sender causes and a watcher reports. */
public final class WatchRates implements AutoCloseable {
  private static final int RING_BYTES = 16 << 20;

  private final Flood flood = new Flood();
  private final int sender = Runtime.getRuntime().availableProcessors() - 1;
  private long readerThread;
  private long noted;
  private long allocatedBefore;
  private long cpuBefore;
  private long allocated;
  private long cpu;
  private long sum;

  /** The dropped packets. */
  public enum Traffic {
    /** UDP datagrams to a closed port, which ICMP answers. */
    DATAGRAMS("udp and dst host 192.0.2.2 and dst port 7001"),
    /** Frames of a protocol without a handler, which the kernel drops early. */
    FRAMES("ether proto 0x88b5");

    final String filter;

    Traffic(String filter) {
      this.filter = filter;
    }
  }

  /** The kind of listener. */
  public enum Listener {
    /** A listener of raw events. */
    RAW,
    /** A listener of events. */
    EVENT,
    /** NDJSON to a null stream. */
    NDJSON,
    /** NDJSON to a file. */
    FILE
  }

  /** When the probe records stacks. */
  public enum Stack {
    /** Never. */
    NONE,
    /** Once a second for each location and reason. */
    ONCE,
    /** At each drop. */
    EACH
  }

  /** What is measured. */
  public record Scenario(Traffic traffic, Listener listener, RingKind ring, Stack stack) {
    @Override
    public String toString() {
      return "%s %s %s %s".formatted(traffic, listener, ring, stack).toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A measurement.
   *
   * @param perSecond the rate of the sender
   * @param lost drops that were not delivered
   * @param bytesPerEvent bytes that the thread of the listener allocated for each event
   * @param cpuNanosPerEvent CPU time of that thread for each event
   * @param fileBytes size of the file
   */
  public record Rate(
      double perSecond,
      long delivered,
      long lost,
      double bytesPerEvent,
      double cpuNanosPerEvent,
      double startMillis,
      long fileBytes) {}

  /** {@return the rate of the sender without a watcher} */
  public double alone(Traffic traffic, int packets) {
    var _ = send(traffic, packets / 10, Flood.FULL_RATE);
    return send(traffic, packets, Flood.FULL_RATE);
  }

  /**
   * Sends packets with a watcher.
   *
   * @param perSecond the maximum rate of frames
   */
  public Rate measure(Scenario scenario, int packets, double perSecond) throws IOException {
    Path file = Files.createTempFile("dropwatch", ".ndjson");
    try (OutputStream out =
        scenario.listener == Listener.FILE
            ? new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)
            : OutputStream.nullOutputStream()) {
      DropWatcherBuilder builder =
          DropWatcher.builder()
              .filter(scenario.traffic.filter)
              .ring(scenario.ring)
              .ringBytesPerCpu(RING_BYTES)
              .maxLatency(Duration.ofMillis(20))
              .stackDepth(scenario.stack == Stack.NONE ? 0 : 127)
              .stackOncePer(Duration.ofMillis(scenario.stack == Stack.ONCE ? 1000 : 0));
      listen(builder, scenario.listener, out);
      // Warm-up, the same for every row.
      DropWatcher warmUp = builder.start();
      try (warmUp) {
        var _ = send(scenario.traffic, packets / 5, perSecond);
      }
      readerThread = 0;
      long start = System.nanoTime();
      DropWatcher watcher = builder.start();
      double startMillis = (System.nanoTime() - start) / 1e6;
      double sent;
      try (watcher) {
        sent = send(scenario.traffic, packets, perSecond);
      }
      DropStatistics end = watcher.statistics();
      double events = Math.max(1, noted & ~0xffffL);
      return new Rate(
          sent,
          end.delivered(),
          end.lost() + end.lostInRing(),
          allocated / events,
          cpu / events,
          startMillis,
          Files.size(file));
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /**
   * {@return the seconds to write a number of zero bytes into a file, with the buffer size of the
   * listener}
   */
  public static double secondsToWrite(long bytes) throws IOException {
    Path file = Files.createTempFile("dropwatch", ".zeros");
    byte[] buffer = new byte[1 << 16];
    try (OutputStream out = Files.newOutputStream(file)) {
      long start = System.nanoTime();
      for (long written = 0; written < bytes; written += buffer.length) {
        out.write(buffer);
      }
      return (System.nanoTime() - start) / 1e9;
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private void listen(DropWatcherBuilder builder, Listener listener, OutputStream out) {
    switch (listener) {
      case RAW ->
          builder.onRawEvent(
              raw -> {
                sum += raw.location() + raw.reason() + raw.packetByte(0);
                note();
              });
      case EVENT ->
          builder.onEvent(
              event -> {
                sum += event.location() + event.packetLength();
                note();
              });
      case NDJSON, FILE -> {
        EventWriter writer = new JsonWriter(out);
        builder.onEvent(
            event -> {
              writer.write(event);
              note();
            });
      }
    }
  }

  /** Called by the listener: samples the use of its thread every 65,536 events. */
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

  /** {@return the packets sent in a second} */
  private double send(Traffic traffic, int count, double perSecond) {
    return switch (traffic) {
      case DATAGRAMS -> flood.send(count, sender);
      case FRAMES -> flood.sendFrames(count, sender, perSecond);
    };
  }

  @Override
  public void close() {
    flood.close();
  }
}
