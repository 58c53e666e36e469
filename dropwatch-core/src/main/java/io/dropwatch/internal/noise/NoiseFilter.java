package io.dropwatch.internal.noise;

import io.dropwatch.DropEvent;
import io.dropwatch.DropWatchException;
import io.dropwatch.KernelStack;
import io.dropwatch.NoiseRule;
import io.dropwatch.SocketState;
import io.dropwatch.StackFrame;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rules that look at stacks. Drops of one cause have one stack, so what the rules say of a
 * stack is remembered by its addresses: an event costs a look into a hash table, no symbol and no
 * pattern. Not thread-safe.
 */
public final class NoiseFilter {
  /** Takes nothing for noise. */
  public static final NoiseFilter NONE = new NoiseFilter(List.of());

  private static final int MOST_STACKS = 4096;

  /** Code may be loaded where other code was. */
  private static final long FORGET_NANOS = 60_000_000_000L;

  private record StackRule(Predicate<KernelStack> matches, @Nullable SocketState state) {}

  private final List<StackRule> rules;
  private final Map<Addresses, List<StackRule>> matching = new HashMap<>();
  private long rememberedSince = System.nanoTime();

  private NoiseFilter(List<StackRule> rules) {
    this.rules = rules;
  }

  /**
   * Takes of the rules those that look at stacks.
   *
   * @throws DropWatchException if two have one name, or a pattern is none
   */
  public static NoiseFilter of(List<NoiseRule> rules) {
    Set<String> names = new HashSet<>();
    for (NoiseRule rule : rules) {
      if (!names.add(rule.name())) {
        throw DropWatchException.usage(
            "two noise rules are called '%s': name each differently".formatted(rule.name()));
      }
    }
    return new NoiseFilter(rules.stream().flatMap(NoiseFilter::stackRule).toList());
  }

  private static Stream<StackRule> stackRule(NoiseRule rule) {
    return switch (rule) {
      case NoiseRule.Frame frame ->
          Stream.of(
              new StackRule(
                  stack -> stack.frames().stream().anyMatch(each -> isOf(each, frame.function())),
                  frame.state()));
      case NoiseRule.Pattern pattern -> {
        Predicate<String> found = Re2.predicate(pattern);
        yield Stream.of(
            new StackRule(
                stack -> found.test(stack.toString()) || found.test(stack.withOffsets()), null));
      }
      case NoiseRule.Reason _, NoiseRule.Location _ -> Stream.of();
    };
  }

  /** Whether a rule takes the event out. */
  public boolean isNoise(DropEvent event) {
    if (rules.isEmpty() || event.stack().depth() == 0) {
      return false;
    }
    for (StackRule rule : matching(event.stack())) {
      if (rule.state == null || Objects.equals(rule.state, event.socketState())) {
        return true;
      }
    }
    return false;
  }

  private List<StackRule> matching(KernelStack stack) {
    long now = System.nanoTime();
    if (matching.size() >= MOST_STACKS || now - rememberedSince > FORGET_NANOS) {
      matching.clear();
      rememberedSince = now;
    }
    return matching.computeIfAbsent(
        new Addresses(stack),
        _ -> rules.stream().filter(rule -> rule.matches.test(stack)).toList());
  }

  private static boolean isOf(StackFrame frame, String function) {
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
