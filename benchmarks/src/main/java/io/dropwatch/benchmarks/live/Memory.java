package io.dropwatch.benchmarks.live;

import io.dropwatch.DropWatcher;
import io.dropwatch.benchmarks.kernel.Flood;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.output.EventWriter;
import io.dropwatch.output.JsonWriter;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Whether memory grows: every drop of this host is written as NDJSON, with its owner, while one
 * thread floods and another makes drops of sockets, processes and network namespaces that nobody
 * has seen before. Each line is a moment: the resident memory of this process, of it what is no
 * file's, the heap after a collection, what the JVM itself has committed (where native memory
 * tracking is on), and the events so far. The heap is touched at the start, so that resident memory
 * that grows is somebody's.
 *
 * <pre>benchmarks/bin/memory [minutes, 10 by default [seconds between lines, 20 by default]]</pre>
 */
public final class Memory {
  private static final Pattern COMMITTED = Pattern.compile("committed=(\\d+)KB");

  /** Of the time: caches are full and code is compiled by then. */
  private static final double WARM = 0.5;

  private final AtomicBoolean over = new AtomicBoolean();

  private Memory() {}

  /** A moment, in KiB. */
  private record Moment(long resident, long anonymous, long heap, long jvm) {
    static Moment now() throws Exception {
      System.gc();
      long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 10;
      return new Moment(status("VmRSS:"), status("RssAnon:"), heap, jvmCommitted());
    }

    Moment minus(Moment before) {
      return new Moment(
          resident - before.resident,
          anonymous - before.anonymous,
          heap - before.heap,
          jvm - before.jvm);
    }

    @Override
    public String toString() {
      return "%9d %9d %9d %9d".formatted(resident, anonymous, heap, jvm);
    }
  }

  /** Prints a line now and then, and at the end what has grown since all was warm. */
  public static void main(String[] args) throws Exception {
    double minutes = args.length > 0 ? Double.parseDouble(args[0]) : 10;
    long everySeconds = args.length > 1 ? Long.parseLong(args[1]) : 20;
    new Memory().run(Duration.ofMillis((long) (minutes * 60_000)), everySeconds);
  }

  private void run(Duration time, long everySeconds) throws Exception {
    EventWriter writer = new JsonWriter(OutputStream.nullOutputStream());
    DropWatcher watcher =
        DropWatcher.builder()
            .noiseRules(List.of())
            .ringBytesPerCpu(4 << 20)
            .stackOncePer(Duration.ofMillis(10))
            .onEvent(writer::write)
            .start();
    try (watcher;
        Flood flood = new Flood();
        Strangers strangers = new Strangers()) {
      Thread flooding = Thread.ofPlatform().start(() -> repeat(() -> flood.send(100_000, 1)));
      Thread strange = Thread.ofPlatform().start(() -> repeat(strangers::drop));
      System.out.printf(
          "%7s %9s %9s %9s %9s %12s %10s %s%n",
          "seconds",
          "rss KiB",
          "anon KiB",
          "heap KiB",
          "jvm KiB",
          "delivered",
          "lost",
          "strangers");
      long start = System.nanoTime();
      Moment warm = null;
      Moment now;
      do {
        Thread.sleep(everySeconds * 1000);
        now = Moment.now();
        Duration passed = Duration.ofNanos(System.nanoTime() - start);
        DropStatistics so = watcher.statistics();
        System.out.printf(
            "%7d %s %12d %10d %d%n",
            passed.toSeconds(), now, so.delivered(), so.lost(), strangers.count());
        if (warm == null && passed.toMillis() >= WARM * time.toMillis()) {
          warm = now;
        }
        if (passed.compareTo(time) >= 0) {
          break;
        }
      } while (true);
      over.set(true);
      flooding.join();
      strange.join();
      System.out.printf("grown   %s since all was warm%n", now.minus(warm == null ? now : warm));
    }
    System.out.println(watcher.statistics());
  }

  private void repeat(Runnable work) {
    while (!over.get()) {
      work.run();
    }
  }

  private static long status(String field) throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(field)) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IllegalStateException("/proc/self/status has no " + field);
  }

  private static long jvmCommitted() {
    try {
      String summary =
          (String)
              ManagementFactory.getPlatformMBeanServer()
                  .invoke(
                      new ObjectName("com.sun.management:type=DiagnosticCommand"),
                      "vmNativeMemory",
                      new Object[] {new String[] {"summary"}},
                      new String[] {String[].class.getName()});
      Matcher total = COMMITTED.matcher(summary);
      return total.find() ? Long.parseLong(total.group(1)) : 0;
    } catch (JMException e) {
      return 0;
    }
  }
}
