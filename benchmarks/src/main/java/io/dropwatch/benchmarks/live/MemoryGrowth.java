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
 * Measures whether memory grows. A watcher writes every drop of this host as NDJSON with its owner,
 * while one thread floods and {@link ChurnWorkload} creates new owners. Each line has the resident
 * memory of this process, its anonymous part, the heap after a collection, the memory committed by
 * the JVM (with native memory tracking), and the events so far. The script touches the whole heap
 * at the start, so growth of the resident memory is a leak outside of the heap.
 *
 * <pre>benchmarks/bin/memory [minutes, 10 by default [seconds between lines, 20 by default]]</pre>
 */
public final class MemoryGrowth {
  private static final Pattern COMMITTED = Pattern.compile("committed=(\\d+)KB");

  /** The part of the time after which caches are full and code is compiled. */
  private static final double WARM_UP = 0.5;

  private final AtomicBoolean stopped = new AtomicBoolean();

  private MemoryGrowth() {}

  /** The memory at one time, in KiB. */
  private record Sample(long resident, long anonymous, long heap, long jvm) {
    static Sample now() throws Exception {
      System.gc();
      long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 10;
      return new Sample(status("VmRSS:"), status("RssAnon:"), heap, jvmCommitted());
    }

    Sample minus(Sample before) {
      return new Sample(
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

  /** Prints a line at each interval, and at the end the growth after the warm-up. */
  public static void main(String[] args) throws Exception {
    double minutes = args.length > 0 ? Double.parseDouble(args[0]) : 10;
    long everySeconds = args.length > 1 ? Long.parseLong(args[1]) : 20;
    new MemoryGrowth().run(Duration.ofMillis((long) (minutes * 60_000)), everySeconds);
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
        ChurnWorkload churn = new ChurnWorkload()) {
      Thread flooding = Thread.ofPlatform().start(() -> repeat(() -> flood.send(100_000, 1)));
      Thread churning = Thread.ofPlatform().start(() -> repeat(churn::drop));
      System.out.printf(
          "%7s %9s %9s %9s %9s %12s %10s %s%n",
          "seconds", "rss KiB", "anon KiB", "heap KiB", "jvm KiB", "delivered", "lost", "owners");
      long start = System.nanoTime();
      Sample warm = null;
      Sample now;
      do {
        Thread.sleep(everySeconds * 1000);
        now = Sample.now();
        Duration passed = Duration.ofNanos(System.nanoTime() - start);
        DropStatistics statistics = watcher.statistics();
        System.out.printf(
            "%7d %s %12d %10d %d%n",
            passed.toSeconds(), now, statistics.delivered(), statistics.lost(), churn.count());
        if (warm == null && passed.toMillis() >= WARM_UP * time.toMillis()) {
          warm = now;
        }
        if (passed.compareTo(time) >= 0) {
          break;
        }
      } while (true);
      stopped.set(true);
      flooding.join();
      churning.join();
      System.out.printf("grown   %s after the warm-up%n", now.minus(warm == null ? now : warm));
    }
    System.out.println(watcher.statistics());
  }

  private void repeat(Runnable work) {
    while (!stopped.get()) {
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
