package io.dropwatch.examples.cli;

import io.dropwatch.model.NoiseRule;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Which drops are noise: the built-in rules less those switched off, then the user's. */
final class NoiseOptions {
  private static final String ALL = "all";

  @Spec(Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--no-noise-rule",
      paramLabel = "<names>",
      split = ",",
      description =
          "Switches built-in noise rules off: close_wait, neigh_invalidate, bnxt_tx_int, or all.")
  private List<String> switchedOff = List.of();

  @Option(
      names = "--noise-rule",
      paramLabel = "<name=pattern>",
      description =
          "Leaves out drops in whose stack the RE2 pattern is found; may be repeated, the first"
              + " match counts.")
  private List<String> patterns = List.of();

  @Option(
      names = "--exclude-reason",
      paramLabel = "<names>",
      split = ",",
      description = "Leaves out drops for these reasons, such as NO_SOCKET; decided in the kernel.")
  private List<String> reasons = List.of();

  @Option(
      names = "--exclude-location",
      paramLabel = "<functions>",
      split = ",",
      description =
          "Leaves out drops by these kernel functions, such as tcp_v4_rcv; decided in the kernel.")
  private List<String> locations = List.of();

  /**
   * @throws ParameterException if the flags name no rule, or no pattern
   */
  List<NoiseRule> rules() {
    Set<String> off = new LinkedHashSet<>(switchedOff);
    Set<String> known =
        NoiseRule.DEFAULTS.stream().map(NoiseRule::name).collect(Collectors.toSet());
    for (String name : off) {
      if (!known.contains(name) && !name.equals(ALL)) {
        throw usage(
            "--no-noise-rule '"
                + name
                + "' is none of the built-in rules: close_wait, neigh_invalidate, bnxt_tx_int, or"
                + " all");
      }
    }
    List<NoiseRule> rules = new ArrayList<>(NoiseRule.DEFAULTS);
    rules.removeIf(rule -> off.contains(ALL) || off.contains(rule.name()));
    patterns.forEach(text -> rules.add(pattern(text)));
    new LinkedHashSet<>(reasons)
        .forEach(reason -> rules.add(new NoiseRule.Reason("reason " + reason, reason)));
    new LinkedHashSet<>(locations)
        .forEach(function -> rules.add(new NoiseRule.Location("location " + function, function)));
    return rules;
  }

  private NoiseRule pattern(String text) {
    int end = text.indexOf('=');
    if (end < 1 || end == text.length() - 1) {
      throw usage(
          "--noise-rule '"
              + text
              + "' lacks a name or a pattern: write it as in purge=skb_rbtree_purge");
    }
    return new NoiseRule.Pattern(text.substring(0, end), text.substring(end + 1));
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
