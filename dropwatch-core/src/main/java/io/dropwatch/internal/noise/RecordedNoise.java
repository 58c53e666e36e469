package io.dropwatch.internal.noise;

import io.dropwatch.DropEvent;
import io.dropwatch.model.DropStatisticsBuilder;
import io.dropwatch.model.NoiseRule;
import java.util.List;

/**
 * Applies all rules to recorded events: those of the probe too, by the event's fields. Counts the
 * events of each rule. Not thread-safe.
 */
public final class RecordedNoise {
  private final List<NoiseRule> rules;
  private final NoiseFilter ofStacks;
  private final long[] counts;

  /**
   * @throws IllegalArgumentException if two rules have the same name, or a pattern is not valid
   */
  public RecordedNoise(List<NoiseRule> rules) {
    this.rules = List.copyOf(rules);
    this.ofStacks = NoiseFilter.of(rules);
    this.counts = new long[rules.size()];
  }

  /** Returns whether a rule by reason or location matches the event, and counts it if so. */
  public boolean suppressesInKernel(DropEvent event) {
    for (int i = 0; i < counts.length; i++) {
      if (matches(rules.get(i), event)) {
        counts[i]++;
        return true;
      }
    }
    return false;
  }

  private static boolean matches(NoiseRule rule, DropEvent event) {
    return switch (rule) {
      case NoiseRule.Reason reason -> KernelRules.isNamed(event.reason().name(), reason.reason());
      case NoiseRule.Location location ->
          NoiseFilter.isOf(event.locationFrame(), location.function());
      case NoiseRule.Frame _, NoiseRule.Pattern _ -> false;
    };
  }

  /** Returns whether a rule by stack matches the event, and counts it if so. */
  public boolean suppresses(DropEvent event) {
    int rule = ofStacks.ruleOf(event);
    if (rule == NoiseFilter.NO_RULE) {
      return false;
    }
    counts[rule]++;
    return true;
  }

  /** Adds the number of events of each rule. */
  public void addTo(DropStatisticsBuilder account) {
    for (int i = 0; i < counts.length; i++) {
      String name = rules.get(i).name();
      switch (rules.get(i)) {
        case NoiseRule.Reason _, NoiseRule.Location _ -> account.noiseInKernel(name, counts[i]);
        case NoiseRule.Frame _, NoiseRule.Pattern _ -> account.noise(name, counts[i]);
      }
    }
  }
}
