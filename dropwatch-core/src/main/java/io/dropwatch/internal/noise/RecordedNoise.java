package io.dropwatch.internal.noise;

import io.dropwatch.DropEvent;
import io.dropwatch.NoiseRule;
import io.dropwatch.StackFrame;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All kinds of rules, for events that were recorded: what the kernel would have decided is decided
 * from the event's fields. Counts what it takes. Not thread-safe.
 */
public final class RecordedNoise {
  private final NoiseFilter ofStacks;
  private final List<NoiseRule> rules;
  private final long[] taken;

  /**
   * @throws io.dropwatch.DropWatchException if two have one name, or a pattern is none
   */
  public RecordedNoise(List<NoiseRule> rules) {
    this.rules = rules;
    this.ofStacks = NoiseFilter.ofRecorded(rules);
    this.taken = new long[ofStacks.names().size()];
  }

  /** Whether a rule about the reason or the location takes the event out. */
  public boolean isKernels(DropEvent event) {
    for (NoiseRule rule : rules) {
      boolean matches =
          switch (rule) {
            case NoiseRule.Reason reason ->
                KernelRules.isCalled(event.reason().name(), reason.reason());
            case NoiseRule.Location location -> isIn(location.function(), event);
            case NoiseRule.Frame _, NoiseRule.Pattern _ -> false;
          };
      if (matches) {
        return true;
      }
    }
    return false;
  }

  // The location's function is known where the stack has its frame: without a stack it is a number.
  private static boolean isIn(String function, DropEvent event) {
    for (StackFrame frame : event.stack().frames()) {
      if (frame.address() == event.location() && frame.address() != 0) {
        return NoiseFilter.isOf(frame, function);
      }
    }
    return false;
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

  /** How many events each rule about stacks has taken out, by its name. */
  public Map<String, Long> byRule() {
    Map<String, Long> counts = new LinkedHashMap<>();
    List<String> names = ofStacks.names();
    for (int i = 0; i < taken.length; i++) {
      counts.put(names.get(i), taken[i]);
    }
    return counts;
  }
}
