package io.dropwatch.examples.cli;

import io.dropwatch.DropSelection;
import io.dropwatch.DropSelectionBuilder;
import io.dropwatch.model.NoiseRule;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Noise rules: the built-in ones that are not disabled, then the user's. */
final class NoiseOptions {
  private static final String ALL = "all";

  @Option(
      names = "--no-noise-rule",
      paramLabel = "<names>",
      split = ",",
      hideParamSyntax = true,
      order = 2,
      description =
          "Disable these built-in noise rules: close_wait, neigh_invalidate, bnxt_tx_int, or all.")
  private List<String> disabled = List.of();

  @Option(
      names = "--noise-rule",
      paramLabel = "<name=pattern>",
      order = 2,
      description =
          "Leave out drops whose stack matches this RE2 pattern. May be repeated; the first match"
              + " counts.")
  private List<String> patterns = List.of();

  @Option(
      names = "--exclude-reason",
      paramLabel = "<names>",
      split = ",",
      hideParamSyntax = true,
      order = 2,
      description = "Leave out drops with these reasons, such as NO_SOCKET, in the kernel.")
  private List<String> reasons = List.of();

  @Option(
      names = "--exclude-location",
      paramLabel = "<functions>",
      split = ",",
      hideParamSyntax = true,
      order = 2,
      description = "Leave out drops by these kernel functions, such as tcp_v4_rcv, in the kernel.")
  private List<String> locations = List.of();

  /**
   * Adds the rules to what is selected.
   *
   * @throws IllegalArgumentException if an option names an unknown rule, or a pattern is invalid
   */
  DropSelection addTo(DropSelectionBuilder selection) {
    List<NoiseRule> rules = rules();
    try {
      return selection.noiseRules(rules).build();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--noise-rule: " + e.getMessage(), e);
    }
  }

  // In the order in which they are tried.
  private List<NoiseRule> rules() {
    List<NoiseRule> rules = new ArrayList<>(NoiseRule.DEFAULTS);
    for (String name : disabled) {
      if (!name.equals(ALL) && NoiseRule.DEFAULTS.stream().noneMatch(hasName(name))) {
        throw new IllegalArgumentException(
            "--no-noise-rule must be %s or all, was '%s'"
                .formatted(
                    NoiseRule.DEFAULTS.stream()
                        .map(NoiseRule::name)
                        .collect(Collectors.joining(", ")),
                    name));
      }
      rules.removeIf(name.equals(ALL) ? _ -> true : hasName(name));
    }
    patterns.forEach(text -> rules.add(pattern(text)));
    new LinkedHashSet<>(reasons)
        .forEach(reason -> rules.add(new NoiseRule.Reason("reason " + reason, reason)));
    new LinkedHashSet<>(locations)
        .forEach(function -> rules.add(new NoiseRule.Location("location " + function, function)));
    return rules;
  }

  /** Returns a message of the SDK with the option in place of the rule that was made of it. */
  static String withOption(String message) {
    return message.replaceFirst("noise rule '(reason|location) ([^']*)'", "--exclude-$1 $2");
  }

  private static Predicate<NoiseRule> hasName(String name) {
    return rule -> rule.name().equals(name);
  }

  private static NoiseRule pattern(String text) {
    int end = text.indexOf('=');
    if (end < 1 || end == text.length() - 1) {
      throw new IllegalArgumentException(
          "--noise-rule must be <name=pattern>, such as purge=skb_rbtree_purge, was '"
              + text
              + "'");
    }
    return new NoiseRule.Pattern(text.substring(0, end), text.substring(end + 1));
  }
}
