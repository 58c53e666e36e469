package io.dropwatch.examples.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropwatch.DropWatcher;
import io.dropwatch.model.DropStatistics;
import io.dropwatch.model.DropWarning;
import io.dropwatch.model.NoiseRule;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Two watchers of the same packets, one with the tested noise rules and one with other rules. */
final class ComparedWatchers implements AutoCloseable {
  private final EventLog events = new EventLog();
  private final EventLog otherEvents = new EventLog();
  private final DropWatcher control;
  private final DropWatcher watcher;
  private final List<DropWarning.Code> warnings = new CopyOnWriteArrayList<>();

  ComparedWatchers(String filter, List<NoiseRule> rules, List<NoiseRule> toCompareWith) {
    control = watching(filter, toCompareWith, otherEvents);
    watcher = watching(filter, rules, events);
  }

  /** Compares the default rules with those without one of them. */
  static ComparedWatchers without(NoiseRule rule, String filter) {
    List<NoiseRule> others =
        NoiseRule.DEFAULTS.stream().filter(each -> !each.equals(rule)).toList();
    assertEquals(NoiseRule.DEFAULTS.size() - 1, others.size());
    return new ComparedWatchers(filter, NoiseRule.DEFAULTS, others);
  }

  private DropWatcher watching(String filter, List<NoiseRule> rules, EventLog log) {
    return DropWatcher.builder()
        .filter(filter)
        .noiseRules(rules)
        .onWarning(warning -> warnings.add(warning.code()))
        .onEvent(log)
        .start();
  }

  /** Returns the events that the tested rules leave. */
  EventLog events() {
    return events;
  }

  /** Returns the events that the other rules leave. */
  EventLog otherEvents() {
    return otherEvents;
  }

  /** Returns the codes of the warnings of both. */
  List<DropWarning.Code> warnings() {
    return warnings;
  }

  /** Returns the statistics with the tested rules; final after close. */
  DropStatistics statistics() {
    return watcher.statistics();
  }

  /** Returns the statistics with the other rules; final after close. */
  DropStatistics otherStatistics() {
    return control.statistics();
  }

  @Override
  public void close() {
    try (control;
        watcher) {
      events.events();
    }
  }
}
