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

/** The rules that the probe decides, in the numbers of the running kernel. */
public final class KernelRules {
  private static final String PREFIX = "SKB_DROP_REASON_";

  private KernelRules() {}

  /**
   * Takes of the rules those that the probe decides.
   *
   * @param reasons the running kernel's; modules that a rule is about must be loaded
   * @throws DropWatchException if a rule names what this kernel does not have
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
          "the noise rules by location mean %d pieces of code, and the probe has room for %d: use fewer"
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
                                ? "gives no drop reasons (Linux 5.17); use a rule by location"
                                : "has no drop reason "
                                    + rule.reason()
                                    + "; use a name that events show")));
  }

  private static Optional<Integer> number(String name, Map<Integer, String> reasons) {
    return reasons.entrySet().stream()
        .filter(reason -> isCalled(reason.getValue(), name))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /**
   * Whether what is written in a rule means the reason of this name, with or without the prefix.
   */
  static boolean isCalled(String kernelsName, String written) {
    return kernelsName.equals(written) || kernelsName.equals(PREFIX + written);
  }

  private static List<KernelSymbols.Range> ranges(
      NoiseRule.Location rule, @Nullable KernelSymbols symbols) {
    if (symbols == null || symbols.hidden()) {
      throw DropWatchException.environment(
          "noise rule '%s': the kernel hides where its functions are; it takes CAP_SYSLOG, and kernel.kptr_restrict below 2"
              .formatted(rule.name()));
    }
    List<KernelSymbols.Range> ranges = symbols.ranges(rule.function());
    if (ranges.isEmpty()) {
      throw DropWatchException.usage(
          "noise rule '%s': this kernel has no function %s; use a name that stacks show"
              .formatted(rule.name(), rule.function()));
    }
    return ranges;
  }
}
