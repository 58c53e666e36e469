package io.dropwatch.internal.noise;

import io.dropwatch.DropWatchException;
import io.dropwatch.bpf.KernelSymbols;
import io.dropwatch.internal.probe.KernelReasons;
import io.dropwatch.internal.probe.NoiseList;
import io.dropwatch.model.NoiseRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Translates the rules that the probe applies into numbers of the running kernel. */
public final class KernelRules {
  private static final String PREFIX = "SKB_DROP_REASON_";

  private KernelRules() {}

  /**
   * Returns those of the rules that the probe applies.
   *
   * @param reasons of the running kernel; modules that a rule names must be loaded
   * @throws DropWatchException if this kernel does not have the reason or the function of a rule
   */
  public static NoiseList of(List<NoiseRule> rules, KernelReasons reasons) {
    List<String> names = new ArrayList<>();
    Map<Integer, Integer> numbers = new HashMap<>();
    List<NoiseList.Location> locations = new ArrayList<>();
    KernelSymbols symbols = null;
    for (NoiseRule rule : rules) {
      int index = names.size();
      switch (rule) {
        case NoiseRule.Reason reason -> {
          numbers.putIfAbsent(number(reason, reasons), index);
          names.add(rule.name());
        }
        case NoiseRule.Location location -> {
          symbols = symbols == null ? KernelSymbols.load() : symbols;
          ranges(location, symbols)
              .forEach(code -> locations.add(new NoiseList.Location(code, index)));
          names.add(rule.name());
        }
        case NoiseRule.Frame _, NoiseRule.Pattern _ -> {}
      }
    }
    if (locations.size() > NoiseList.MAX_LOCATIONS) {
      throw DropWatchException.usage(
          "the noise rules by location cover %d code ranges, the probe allows %d: use fewer rules"
              .formatted(locations.size(), NoiseList.MAX_LOCATIONS));
    }
    return new NoiseList(names, numbers, locations);
  }

  private static int number(NoiseRule.Reason rule, KernelReasons reasons) {
    return number(rule.reason(), reasons.builtIn())
        .or(() -> number(rule.reason(), reasons.ofModules()))
        .orElseThrow(
            () ->
                DropWatchException.usage(
                    "noise rule '%s': this kernel %s"
                        .formatted(
                            rule.name(),
                            reasons.builtIn().isEmpty()
                                ? "has no drop reasons, which need Linux 5.17: use a rule by"
                                    + " location"
                                : "has no drop reason "
                                    + rule.reason()
                                    + ": use a name that events show")));
  }

  private static Optional<Integer> number(String name, Map<Integer, String> reasons) {
    return reasons.entrySet().stream()
        .filter(reason -> isNamed(reason.getValue(), name))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** Returns whether a rule's text names the reason, with or without the prefix. */
  static boolean isNamed(String reason, String text) {
    return reason.equals(text) || reason.equals(PREFIX + text);
  }

  private static List<KernelSymbols.Range> ranges(
      NoiseRule.Location rule, @Nullable KernelSymbols symbols) {
    if (symbols == null || symbols.hidden()) {
      throw DropWatchException.environment(
          "noise rule '%s': the kernel hides the addresses of its functions: grant CAP_SYSLOG, and set kernel.kptr_restrict to 0 or 1"
              .formatted(rule.name()));
    }
    List<KernelSymbols.Range> ranges = symbols.ranges(rule.function());
    if (ranges.isEmpty()) {
      throw DropWatchException.usage(
          "noise rule '%s': this kernel has no function %s: use a name that stacks show"
              .formatted(rule.name(), rule.function()));
    }
    return ranges;
  }
}
