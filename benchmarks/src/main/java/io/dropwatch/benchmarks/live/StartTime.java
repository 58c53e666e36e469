package io.dropwatch.benchmarks.live;

import io.dropwatch.DropWatcher;
import io.dropwatch.bpf.BpfException;
import io.dropwatch.bpf.BpfObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;

/**
 * Measures the time that start() takes until the probe is attached, the first and later times in a
 * process, and the time to load each program of the probe. start() loads the first that the kernel
 * accepts.
 *
 * <pre>benchmarks/bin/start-time [times, 7 by default]</pre>
 */
public final class StartTime {
  private StartTime() {}

  /** Prints the times. */
  public static void main(String[] args) throws IOException {
    int times = args.length > 0 ? Integer.parseInt(args[0]) : 7;
    double[] starts = millis(times);
    System.out.printf("start() to attached, in order, ms: ");
    for (double start : starts) {
      System.out.printf(" %.0f", start);
    }
    System.out.println();
    byte[] probe;
    try (InputStream in = DropWatcher.class.getResourceAsStream("internal/probe/dropwatch.bpf.o")) {
      probe = Objects.requireNonNull(in, "the embedded probe").readAllBytes();
    }
    System.out.printf("%-20s %12s %12s%n", "program", "open ms", "load ms");
    try (BpfObject object = BpfObject.open("names", probe)) {
      for (String program : object.programNames()) {
        row(probe, program, times);
      }
    }
  }

  /** {@return the milliseconds from start() to attached, in order} */
  public static double[] millis(int times) {
    double[] millis = new double[times];
    for (int i = 0; i < times; i++) {
      long start = System.nanoTime();
      DropWatcher watcher =
          DropWatcher.builder().filter("udp and dst port 9").onEvent(event -> {}).start();
      millis[i] = (System.nanoTime() - start) / 1e6;
      watcher.close();
    }
    return millis;
  }

  private static void row(byte[] probe, String program, int times) {
    double[] open = new double[times];
    double[] load = new double[times];
    for (int i = 0; i < times; i++) {
      long start = System.nanoTime();
      try (BpfObject object = BpfObject.open("start-time", probe)) {
        for (String each : object.programNames()) {
          object.program(each).autoload(each.equals(program));
        }
        object.readOnlyData().setInt("has_reason", 1).setInt("ring_kind", 1);
        object.map("events").autocreate(false);
        long opened = System.nanoTime();
        object.load();
        open[i] = (opened - start) / 1e6;
        load[i] = (System.nanoTime() - opened) / 1e6;
      } catch (BpfException e) {
        System.out.printf("%-20s %s%n", program, e.getMessage());
        return;
      }
    }
    System.out.printf("%-20s %12.1f %12.1f%n", program, median(open), median(load));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
