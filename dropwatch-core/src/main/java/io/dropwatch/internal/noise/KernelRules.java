package io.dropwatch.internal.noise;

import io.dropwatch.bpf.KernelSymbols;
import io.dropwatch.internal.probe.EnvironmentException;
import io.dropwatch.internal.probe.KernelReasons;
import io.dropwatch.internal.probe.NoiseList;
import io.dropwatch.model.FailureCode;
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
   * @throws EnvironmentException if this kernel does not have the reason or the function of a rule
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
      throw new EnvironmentException(
          FailureCode.NOISE_RULE,
          "the noise rules by location match %d code ranges, the probe has room for %d"
              .formatted(locations.size(), NoiseList.MAX_LOCATIONS),
          "use fewer rules");
    }
    return new NoiseList(names, numbers, locations);
  }

  private static int number(NoiseRule.Reason rule, KernelReasons reasons) {
    return number(rule.reason(), reasons.builtIn())
        .or(() -> number(rule.reason(), reasons.ofModules()))
        .orElseThrow(
            () ->
                reasons.builtIn().isEmpty()
                    ? new EnvironmentException(
                        FailureCode.KERNEL_TOO_OLD,
                        "noise rule '%s': this kernel gives no drop reasons (Linux 5.17)"
                            .formatted(rule.name()),
                        "use a rule by location")
                    : new EnvironmentException(
                        FailureCode.NOISE_RULE,
                        "noise rule '%s': this kernel has no drop reason %s"
                            .formatted(rule.name(), rule.reason()),
                        "use a name that events show"));
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
      throw new EnvironmentException(
          FailureCode.HIDDEN_SYMBOLS,
          "noise rule '%s': the kernel hides the addresses of its functions".formatted(rule.name()),
          "grant CAP_SYSLOG, and set kernel.kptr_restrict below 2");
    }
    List<KernelSymbols.Range> ranges = symbols.ranges(rule.function());
    if (ranges.isEmpty()) {
      throw new EnvironmentException(
          FailureCode.NOISE_RULE,
          "noise rule '%s': this kernel has no function %s".formatted(rule.name(), rule.function()),
          "use a name that stacks show");
    }
    return ranges;
  }
}
