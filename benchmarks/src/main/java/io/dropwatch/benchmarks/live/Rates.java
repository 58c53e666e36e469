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

/** How many drops a second one sender makes, and a watcher tells of. */
public final class Rates implements AutoCloseable {
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

  /** What is dropped. */
  public enum Traffic {
    /** To a closed port, answered by ICMP. */
    DATAGRAMS("udp and dst host 192.0.2.2 and dst port 7001"),
    /** Of a protocol that nobody has: the kernel has little to do with them but to drop them. */
    FRAMES("ether proto 0x88b5");

    final String filter;

    Traffic(String filter) {
      this.filter = filter;
    }
  }

  /** Who listens. */
  public enum Listener {
    /** To records. */
    RAW,
    /** To events. */
    EVENT,
    /** Writes lines that go nowhere. */
    NDJSON,
    /** Writes lines into a file. */
    FILE
  }

  /** When stacks are walked. */
  public enum Stack {
    /** Never. */
    NONE,
    /** Once a second for each location and reason. */
    ONCE,
    /** At each drop. */
    EACH
  }

  /** How to watch. */
  public record Way(Traffic traffic, Listener listener, RingKind ring, Stack stack) {
    @Override
    public String toString() {
      return "%s %s %s %s".formatted(traffic, listener, ring, stack).toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What came of it.
   *
   * @param perSecond what the sender reached
   * @param lost drops that were not delivered
   * @param bytesPerEvent allocated by the thread that calls the listener
   * @param cpuNanosPerEvent of that thread
   * @param fileBytes written
   */
  public record Rate(
      double perSecond,
      long delivered,
      long lost,
      double bytesPerEvent,
      double cpuNanosPerEvent,
      double startMillis,
      long fileBytes) {}

  /** The sender's rate while nobody watches. */
  public double alone(Traffic traffic, int packets) {
    var _ = send(traffic, packets / 10, Flood.FULL_RATE);
    return send(traffic, packets, Flood.FULL_RATE);
  }

  /**
   * Watches some packets.
   *
   * @param perSecond the sender's rate at most, of frames
   */
  public Rate measure(Way way, int packets, double perSecond) throws IOException {
    Path file = Files.createTempFile("dropwatch", ".ndjson");
    try (OutputStream out =
        way.listener == Listener.FILE
            ? new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)
            : OutputStream.nullOutputStream()) {
      DropWatcherBuilder plan =
          DropWatcher.builder()
              .filter(way.traffic.filter)
              .ring(way.ring)
              .ringBytesPerCpu(RING_BYTES)
              .maxLatency(Duration.ofMillis(20))
              .stackDepth(way.stack == Stack.NONE ? 0 : 127)
              .stackOncePer(Duration.ofMillis(way.stack == Stack.ONCE ? 1000 : 0));
      listen(plan, way.listener, out);
      // The same code warm for every row.
      DropWatcher warming = plan.start();
      try (warming) {
        var _ = send(way.traffic, packets / 5, perSecond);
      }
      readerThread = 0;
      long start = System.nanoTime();
      DropWatcher watcher = plan.start();
      double startMillis = (System.nanoTime() - start) / 1e6;
      double sent;
      try (watcher) {
        sent = send(way.traffic, packets, perSecond);
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
   * {@return seconds that it takes to write as many bytes into a file, as a listener does, of
   * nothing}
   */
  public static double plainlyWritten(long bytes) throws IOException {
    Path file = Files.createTempFile("dropwatch", ".nothing");
    byte[] piece = new byte[1 << 16];
    try (OutputStream out = Files.newOutputStream(file)) {
      long start = System.nanoTime();
      for (long written = 0; written < bytes; written += piece.length) {
        out.write(piece);
      }
      return (System.nanoTime() - start) / 1e9;
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private void listen(DropWatcherBuilder plan, Listener listener, OutputStream out) {
    switch (listener) {
      case RAW ->
          plan.onRawEvent(
              raw -> {
                sum += raw.location() + raw.reason() + raw.packetByte(0);
                note();
              });
      case EVENT ->
          plan.onEvent(
              event -> {
                sum += event.location() + event.packetLength();
                note();
              });
      case NDJSON, FILE -> {
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
