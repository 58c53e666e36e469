package io.dropwatch.examples.embed;

import io.dropwatch.DropWatcher;
import io.dropwatch.model.DropReason;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts drops by reason for some seconds and prints the counts, largest first. */
public final class CountByReason {
  private CountByReason() {}

  /** Arguments: seconds, and optionally a filter. */
  public static void main(String[] args) throws InterruptedException {
    Map<DropReason, Long> counts = new ConcurrentHashMap<>();
    try (DropWatcher watcher =
        DropWatcher.builder()
            .filter(args.length > 1 ? args[1] : "")
            // Stacks are not used here, and are most of the cost of an event.
            .stackDepth(0)
            .onEvent(event -> counts.merge(event.reason(), 1L, Long::sum))
            .start()) {
      watcher.awaitClose(Duration.ofSeconds(Long.parseLong(args[0])));
    }
    counts.entrySet().stream()
        .sorted(Map.Entry.<DropReason, Long>comparingByValue().reversed())
        .forEach(entry -> System.out.printf("%8d  %s%n", entry.getValue(), entry.getKey()));
  }
}
