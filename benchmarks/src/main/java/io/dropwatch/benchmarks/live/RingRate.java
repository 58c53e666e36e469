package io.dropwatch.benchmarks.live;

import io.dropwatch.benchmarks.kernel.Flood;
import io.dropwatch.benchmarks.live.WatchRates.Listener;
import io.dropwatch.benchmarks.live.WatchRates.Rate;
import io.dropwatch.benchmarks.live.WatchRates.Scenario;
import io.dropwatch.benchmarks.live.WatchRates.Stack;
import io.dropwatch.benchmarks.live.WatchRates.Traffic;
import io.dropwatch.model.RingKind;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * Measures a watcher at full rate. One thread, bound to one CPU, sends UDP datagrams to a closed
 * port, or frames of an unknown protocol, as fast as it can. The watcher reports each drop to a raw
 * listener, an event listener, or as NDJSON; through both kinds of ring; with the stack of each
 * drop, one stack a second for each location and reason, or none. Each row has the rate of the
 * sender and its share of the rate without a watcher, the losses, the bytes and CPU time of the
 * listener's thread for each event, and the time of start().
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
    try (WatchRates rates = new WatchRates()) {
      System.out.printf(
          "%-28s %9s %7s %10s %9s %12s %12s %9s%n",
          "traffic listener ring stack",
          "sent k/s",
          "share",
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
              Scenario scenario = new Scenario(traffic, listener, ring, stack);
              if (chosen.matcher(scenario.toString()).find()) {
                print(scenario, rates.measure(scenario, packets, Flood.FULL_RATE), alone);
              }
            }
          }
        }
      }
    }
  }

  private static void print(Scenario scenario, Rate rate, double alone) {
    System.out.printf(
        "%-28s %9.0f %6.0f%% %10d %9d %12.1f %12.0f %9.0f%n",
        scenario,
        rate.perSecond() / 1000,
        100 * rate.perSecond() / alone,
        rate.delivered(),
        rate.lost(),
        rate.bytesPerEvent(),
        rate.cpuNanosPerEvent(),
        rate.startMillis());
  }
}
