package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropwatch.DropWatcher;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.NoiseRule;
import java.util.List;

/** Two watchers of the same packets: by the rules in question, and by others to compare with. */
final class ComparedWatchers implements AutoCloseable {
  private final EventLog heard = new EventLog();
  private final EventLog all = new EventLog();
  private final DropWatcher control;
  private final DropWatcher watcher;

  ComparedWatchers(String filter, List<NoiseRule> rules, List<NoiseRule> toCompareWith) {
    control = watching(filter, toCompareWith, all);
    watcher = watching(filter, rules, heard);
  }

  /** The default rules, and the same without one of them. */
  static ComparedWatchers without(NoiseRule rule, String filter) {
    List<NoiseRule> others =
        NoiseRule.DEFAULTS.stream().filter(each -> !each.equals(rule)).toList();
    assertEquals(NoiseRule.DEFAULTS.size() - 1, others.size());
    return new ComparedWatchers(filter, NoiseRule.DEFAULTS, others);
  }

  private static DropWatcher watching(String filter, List<NoiseRule> rules, EventLog log) {
    return DropWatcher.builder().filter(filter).noiseRules(rules).onEvent(log).start();
  }

  /** What the rules leave. */
  EventLog heard() {
    return heard;
  }

  /** What the other rules leave. */
  EventLog all() {
    return all;
  }

  /** By the rules; final once this is closed. */
  DropStatistics statistics() {
    return watcher.statistics();
  }

  /** By the other rules; final once this is closed. */
  DropStatistics otherStatistics() {
    return control.statistics();
  }

  @Override
  public void close() {
    try (control;
        watcher) {
      heard.events();
    }
  }
}
