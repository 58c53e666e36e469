package io.dropwatch.internal.noise;

import io.dropwatch.DropEvent;
import io.dropwatch.model.DropWarning;
import io.dropwatch.model.KernelStack;
import io.dropwatch.model.NoiseRule;
import io.dropwatch.model.SocketState;
import io.dropwatch.model.StackFrame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Applies the rules by stack. Drops of one cause have the same stack, so the result for a stack is
 * cached: an event costs one hash lookup, and neither symbols nor patterns. Not thread-safe.
 */
public final class NoiseFilter {
  /** Has no rules. */
  public static final NoiseFilter NONE = new NoiseFilter(List.of(), List.of(), _ -> {});

  private static final int MAX_STACKS = 4096;

  /** The result of {@link #ruleOf} for an event that is not noise. */
  public static final int NO_RULE = -1;

  private record StackRule(
      int index, NoiseRule rule, Predicate<KernelStack> matches, @Nullable SocketState state) {}

  private final List<String> names;
  private final List<StackRule> rules;
  private final Map<KernelStack, List<StackRule>> matching = new HashMap<>();
  private final Consumer<DropWarning> warnings;
  private boolean warned;

  private NoiseFilter(List<String> names, List<StackRule> rules, Consumer<DropWarning> warnings) {
    this.names = names;
    this.rules = rules;
    this.warnings = warnings;
  }

  /** Returns a filter that warns nobody. */
  public static NoiseFilter of(List<NoiseRule> rules) {
    return of(rules, _ -> {});
  }

  /**
   * Returns a filter with those of the rules that are by stack.
   *
   * @param warnings told once, at the first drop, that {@link NoiseRule#NEIGH_INVALIDATE} hides
   *     losses
   * @throws IllegalArgumentException if two have one name, or a pattern has a syntax error
   * @throws io.dropwatch.internal.probe.EnvironmentException if a pattern needs RE2/J, and it is
   *     not there
   */
  public static NoiseFilter of(List<NoiseRule> rules, Consumer<DropWarning> warnings) {
    Set<String> names = new LinkedHashSet<>();
    for (NoiseRule rule : rules) {
      if (!names.add(rule.name())) {
        throw new IllegalArgumentException(
            "two noise rules have the name '%s': use different names".formatted(rule.name()));
      }
    }
    List<StackRule> ofStacks = new ArrayList<>();
    for (int i = 0; i < rules.size(); i++) {
      StackRule stackRule = stackRule(i, rules.get(i));
      if (stackRule != null) {
        ofStacks.add(stackRule);
      }
    }
    return new NoiseFilter(List.copyOf(names), List.copyOf(ofStacks), warnings);
  }

  private static @Nullable StackRule stackRule(int index, NoiseRule rule) {
    return switch (rule) {
      case NoiseRule.Frame frame ->
          new StackRule(
              index,
              frame,
              stack -> stack.frames().stream().anyMatch(each -> isOf(each, frame.function())),
              frame.state());
      case NoiseRule.Pattern pattern -> {
        Predicate<String> found = Re2.predicate(pattern);
        yield new StackRule(
            index,
            pattern,
            stack -> found.test(stack.toString()) || found.test(stack.withOffsets()),
            null);
      }
      case NoiseRule.Reason _, NoiseRule.Location _ -> null;
    };
  }

  /** Returns the names of all rules, also of those that the probe applies, by {@link #ruleOf}. */
  public List<String> names() {
    return names;
  }

  /** Returns the index of the first rule that matches; {@link #NO_RULE} if none does. */
  public int ruleOf(DropEvent event) {
    if (rules.isEmpty() || event.stack().depth() == 0) {
      return NO_RULE;
    }
    for (StackRule rule : matching(event.stack())) {
      if (rule.state == null || Objects.equals(rule.state, event.socketState())) {
        warnOfHiddenLoss(rule.rule);
        return rule.index;
      }
    }
    return NO_RULE;
  }

  private void warnOfHiddenLoss(NoiseRule rule) {
    if (!warned && rule.equals(NoiseRule.NEIGH_INVALIDATE)) {
      warned = true;
      String message =
          "a packet to a neighbour that does not answer (ARP, NDP) was dropped, and the noise rule "
              + rule.name()
              + " hides it and those that follow: they are lost packets; leave the rule out of noiseRules to see them";
      warnings.accept(DropWarning.of(DropWarning.Code.HIDDEN_LOSS, message));
    }
  }

  private List<StackRule> matching(KernelStack stack) {
    if (matching.size() >= MAX_STACKS) {
      matching.clear();
    }
    // Stacks are compared by their functions too: the same addresses mean other functions after
    // other code was loaded, and in a recording.
    return matching.computeIfAbsent(stack, this::match);
  }

  private List<StackRule> match(KernelStack stack) {
    return rules.stream().filter(rule -> rule.matches.test(stack)).toList();
  }

  /** Returns whether a frame is in a function, or in a part such as {@code function.cold}. */
  static boolean isOf(StackFrame frame, String function) {
    String symbol = frame.symbol();
    return symbol != null
        && symbol.startsWith(function)
        && (symbol.length() == function.length() || symbol.charAt(function.length()) == '.');
  }
}
