package io.dropwatch.internal.noise;

import io.dropwatch.DropEvent;
import io.dropwatch.DropWatchException;
import io.dropwatch.KernelStack;
import io.dropwatch.NoiseRule;
import io.dropwatch.SocketState;
import io.dropwatch.StackFrame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The rules that look at stacks. Drops of one cause have one stack, so what the rules say of a
 * stack of the running kernel is remembered by its addresses: an event costs a look into a hash
 * table, no symbol and no pattern. Not thread-safe.
 */
public final class NoiseFilter {
  /** Takes nothing for noise. */
  public static final NoiseFilter NONE = new NoiseFilter(List.of(), List.of(), true);

  private static final int MOST_STACKS = 4096;

  /** Code may be loaded where other code was. */
  private static final long FORGET_NANOS = 60_000_000_000L;

  /** What {@link #ruleOf} answers for what no rule takes out. */
  public static final int NO_RULE = -1;

  private record StackRule(
      int index, Predicate<KernelStack> matches, @Nullable SocketState state) {}

  private final List<String> names;
  private final List<StackRule> rules;
  private final boolean remembering;
  private final Map<Addresses, List<StackRule>> matching = new HashMap<>();
  private long rememberedSince = System.nanoTime();

  private NoiseFilter(List<String> names, List<StackRule> rules, boolean remembering) {
    this.names = names;
    this.rules = rules;
    this.remembering = remembering;
  }

  /**
   * Takes of the rules those that look at stacks, for events of the running kernel.
   *
   * @throws DropWatchException if two have one name, or a pattern is none
   */
  public static NoiseFilter of(List<NoiseRule> rules) {
    return of(rules, true);
  }

  /**
   * The same for events from anywhere: in a recording the same addresses may be other functions, of
   * another boot, or all be 0.
   */
  static NoiseFilter ofRecorded(List<NoiseRule> rules) {
    return of(rules, false);
  }

  private static NoiseFilter of(List<NoiseRule> rules, boolean remembering) {
    Set<String> names = new LinkedHashSet<>();
    for (NoiseRule rule : rules) {
      if (!names.add(rule.name())) {
        throw DropWatchException.usage(
            "two noise rules are called '%s': name each differently".formatted(rule.name()));
      }
    }
    List<StackRule> ofStacks = new ArrayList<>();
    for (int i = 0; i < rules.size(); i++) {
      StackRule stackRule = stackRule(i, rules.get(i));
      if (stackRule != null) {
        ofStacks.add(stackRule);
      }
    }
    return new NoiseFilter(List.copyOf(names), List.copyOf(ofStacks), remembering);
  }

  private static @Nullable StackRule stackRule(int index, NoiseRule rule) {
    return switch (rule) {
      case NoiseRule.Frame frame ->
          new StackRule(
              index,
              stack -> stack.frames().stream().anyMatch(each -> isOf(each, frame.function())),
              frame.state());
      case NoiseRule.Pattern pattern -> {
        Predicate<String> found = Re2.predicate(pattern);
        yield new StackRule(
            index, stack -> found.test(stack.toString()) || found.test(stack.withOffsets()), null);
      }
      case NoiseRule.Reason _, NoiseRule.Location _ -> null;
    };
  }

  /**
   * The names of all rules, whose places {@link #ruleOf} gives; also of those that the probe
   * decides.
   */
  public List<String> names() {
    return names;
  }

  /** Which rule takes the event out, the first that does; {@link #NO_RULE} if none. */
  public int ruleOf(DropEvent event) {
    if (rules.isEmpty() || event.stack().depth() == 0) {
      return NO_RULE;
    }
    for (StackRule rule : matching(event.stack())) {
      if (rule.state == null || Objects.equals(rule.state, event.socketState())) {
        return rule.index;
      }
    }
    return NO_RULE;
  }

  private List<StackRule> matching(KernelStack stack) {
    if (!remembering) {
      return match(stack);
    }
    long now = System.nanoTime();
    if (matching.size() >= MOST_STACKS || now - rememberedSince > FORGET_NANOS) {
      matching.clear();
      rememberedSince = now;
    }
    return matching.computeIfAbsent(new Addresses(stack), _ -> match(stack));
  }

  private List<StackRule> match(KernelStack stack) {
    return rules.stream().filter(rule -> rule.matches.test(stack)).toList();
  }

  /** Whether a frame is of a function, or of what the compiler made of it. */
  static boolean isOf(StackFrame frame, String function) {
    String symbol = frame.symbol();
    return symbol != null
        && symbol.startsWith(function)
        && (symbol.length() == function.length() || symbol.charAt(function.length()) == '.');
  }

  /** A stack that equals another by its addresses, without looking up a symbol. */
  private record Addresses(KernelStack stack) {
    @Override
    public boolean equals(@Nullable Object other) {
      if (!(other instanceof Addresses that) || stack.depth() != that.stack.depth()) {
        return false;
      }
      for (int i = 0; i < stack.depth(); i++) {
        if (stack.address(i) != that.stack.address(i)) {
          return false;
        }
      }
      return true;
    }

    @Override
    public int hashCode() {
      return stack.hashCode();
    }
  }
}
