package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.fail;

import io.dropwatch.DropEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A listener that keeps the events. */
final class EventLog implements Consumer<DropEvent> {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final List<DropEvent> events = new ArrayList<>();

  @Override
  public synchronized void accept(DropEvent event) {
    events.add(event);
    notifyAll();
  }

  synchronized List<DropEvent> events() {
    return List.copyOf(events);
  }

  /** Waits for this many events; more may follow. */
  synchronized void await(int count) throws InterruptedException {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (events.size() < count) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        fail(
            "%d events, and not %d, after %s: %s"
                .formatted(events.size(), count, TIMEOUT, by(DropEvent::toString)));
      }
      wait(left);
    }
  }

  /** Counts the events by description. */
  synchronized Map<String, Long> by(Function<DropEvent, String> description) {
    return events.stream()
        .collect(Collectors.groupingBy(description, TreeMap::new, Collectors.counting()));
  }
}
