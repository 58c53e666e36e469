package io.dropwatch.examples.embed;

import io.dropwatch.DropWatcher;
import io.dropwatch.model.DropReason;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts drops by reason for some seconds, and prints them, the most frequent first. */
public final class CountByReason {
  private CountByReason() {}

  /** The first argument is the number of seconds, the second, if there is one, a filter. */
  public static void main(String[] args) throws InterruptedException {
    Map<DropReason, Long> counts = new ConcurrentHashMap<>();
    try (DropWatcher watcher =
        DropWatcher.builder()
            .filter(args.length > 1 ? args[1] : "")
            // Nobody looks at the stacks, and walking them is most of what an event costs.
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
