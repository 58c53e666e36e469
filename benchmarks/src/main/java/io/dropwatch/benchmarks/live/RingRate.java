package io.dropwatch.benchmarks.live;

import io.dropwatch.benchmarks.kernel.Flood;
import io.dropwatch.benchmarks.live.Rates.Listener;
import io.dropwatch.benchmarks.live.Rates.Rate;
import io.dropwatch.benchmarks.live.Rates.Stack;
import io.dropwatch.benchmarks.live.Rates.Traffic;
import io.dropwatch.benchmarks.live.Rates.Way;
import io.dropwatch.model.RingKind;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * One thread, bound to one CPU, sends UDP to a closed port, or frames of an unknown protocol, as
 * fast as it can, and a watcher reports each drop: to the raw listener, as events, as NDJSON into
 * nothing or into a file; through both kinds of ring; with the stack of each, once a second for
 * each location and reason, or without one. For each: what the sender reached, of its rate without
 * a watcher; what was lost; what the thread that calls the listener allocated and worked for an
 * event; how long start() took.
 *
 * <pre>
 * benchmarks/bin/ring-rate [packets for each row, 2,000,000 by default [rows, a regular expression]]
 * </pre>
 */
public final class RingRate {
  private RingRate() {}

  /** Prints the table. */
  public static void main(String[] args) throws IOException {
    int packets = args.length > 0 ? Integer.parseInt(args[0]) : 2_000_000;
    Pattern chosen = Pattern.compile(args.length > 1 ? args[1] : "");
    try (Rates rates = new Rates()) {
      System.out.printf(
          "%-28s %9s %7s %10s %9s %12s %12s %9s%n",
          "traffic listener ring stack",
          "sent k/s",
          "of it",
          "delivered",
          "lost",
          "bytes/event",
          "cpu ns/event",
          "start ms");
      for (Traffic traffic : Traffic.values()) {
        double alone = rates.alone(traffic, packets);
        System.out.printf("%-28s %9.0f%n", traffic + " alone", alone / 1000);
        for (RingKind ring : new RingKind[] {RingKind.BPF, RingKind.PERF}) {
          for (Stack stack : Stack.values()) {
            for (Listener listener : Listener.values()) {
              Way way = new Way(traffic, listener, ring, stack);
              if (chosen.matcher(way.toString()).find()) {
                print(way, rates.measure(way, packets, Flood.FULL_RATE), alone);
              }
            }
          }
        }
      }
    }
  }

  private static void print(Way way, Rate rate, double alone) {
    System.out.printf(
        "%-28s %9.0f %6.0f%% %10d %9d %12.1f %12.0f %9.0f%n",
        way,
        rate.perSecond() / 1000,
        100 * rate.perSecond() / alone,
        rate.delivered(),
        rate.lost(),
        rate.bytesPerEvent(),
        rate.cpuNanosPerEvent(),
        rate.startMillis());
  }
}
