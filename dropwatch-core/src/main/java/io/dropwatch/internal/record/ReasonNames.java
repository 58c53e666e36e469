package io.dropwatch.internal.record;

import io.dropwatch.model.DropReason;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * The kernel's names of its drop reasons; one {@link DropReason} for each, so that events share
 * them. Modules are asked for theirs when the first reason comes that nobody has named. Not
 * thread-safe.
 */
public final class ReasonNames implements IntFunction<DropReason> {
  private static final int MOST_UNNAMED = 1024;
  private static final long ASK_AGAIN_NANOS = 1_000_000_000L;

  private final Map<Integer, DropReason> reasons = new HashMap<>();
  private final Map<Integer, String> subsystems;
  private final Supplier<Map<Integer, String>> modules;
  private final int most;
  private boolean asked;
  private long askedAt;

  /**
   * @param names of the running kernel, by number
   * @param subsystems what the upper half of a number stands for
   * @param modules names that loaded modules give; slow, so not asked more than once a second
   */
  public ReasonNames(
      Map<Integer, String> names,
      Map<Integer, String> subsystems,
      Supplier<Map<Integer, String>> modules) {
    this.subsystems = subsystems;
    this.modules = modules;
    add(names);
    most = reasons.size() + MOST_UNNAMED;
  }

  private void add(Map<Integer, String> names) {
    names.forEach((value, name) -> reasons.putIfAbsent(value, new DropReason(value, name)));
  }

  @Override
  public DropReason apply(int value) {
    DropReason known = reasons.get(value);
    if (known != null) {
      return known;
    }
    boolean core = value >>> 16 == 0;
    boolean asking = !core && mayAsk();
    if (asking) {
      add(modules.get());
    }
    known = reasons.get(value);
    if (known != null) {
      return known;
    }
    DropReason unnamed = DropReason.unnamed(value, subsystems.get(value >>> 16));
    // Not asked again for what no module named: it was loaded, or could not have dropped the
    // packet.
    if ((core || asking) && reasons.size() < most) {
      reasons.put(value, unnamed);
    }
    return unnamed;
  }

  private boolean mayAsk() {
    long now = System.nanoTime();
    if (reasons.size() >= most || (asked && now - askedAt < ASK_AGAIN_NANOS)) {
      return false;
    }
    asked = true;
    askedAt = now;
    return true;
  }
}
