package io.dropwatch.internal.noise;

import io.dropwatch.DropEvent;
import io.dropwatch.model.DropStatisticsBuilder;
import io.dropwatch.model.NoiseRule;
import java.util.List;

/**
 * All kinds of rules, for events that were recorded: what the kernel would have decided is decided
 * from the event's fields. Counts what it takes. Not thread-safe.
 */
public final class RecordedNoise {
  private final List<NoiseRule> rules;
  private final NoiseFilter ofStacks;
  private final long[] taken;

  /**
   * @throws io.dropwatch.DropWatchException if two have one name, or a pattern is none
   */
  public RecordedNoise(List<NoiseRule> rules) {
    this.rules = List.copyOf(rules);
    this.ofStacks = NoiseFilter.of(rules);
    this.taken = new long[rules.size()];
  }

  /** Whether a rule about the reason or the location takes the event out; it is counted then. */
  public boolean takesInKernel(DropEvent event) {
    for (int i = 0; i < taken.length; i++) {
      if (isKernels(rules.get(i), event)) {
        taken[i]++;
        return true;
      }
    }
    return false;
  }

  private static boolean isKernels(NoiseRule rule, DropEvent event) {
    return switch (rule) {
      case NoiseRule.Reason reason -> KernelRules.isCalled(event.reason().name(), reason.reason());
      case NoiseRule.Location location -> isIn(location.function(), event);
      case NoiseRule.Frame _, NoiseRule.Pattern _ -> false;
    };
  }

  private static boolean isIn(String function, DropEvent event) {
    return NoiseFilter.isOf(event.locationFrame(), function);
  }

  /** Whether a rule about the stack takes the event out; it is counted then. */
  public boolean takes(DropEvent event) {
    int rule = ofStacks.ruleOf(event);
    if (rule == NoiseFilter.NO_RULE) {
      return false;
    }
    taken[rule]++;
    return true;
  }

  /** Adds how many events each rule has taken out. */
  public void addTo(DropStatisticsBuilder account) {
    for (int i = 0; i < taken.length; i++) {
      String name = rules.get(i).name();
      switch (rules.get(i)) {
        case NoiseRule.Reason _, NoiseRule.Location _ -> account.noiseInKernel(name, taken[i]);
        case NoiseRule.Frame _, NoiseRule.Pattern _ -> account.noise(name, taken[i]);
      }
    }
  }
}
