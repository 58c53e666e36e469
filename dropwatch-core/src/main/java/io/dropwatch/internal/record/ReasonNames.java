package io.dropwatch.internal.record;

import io.dropwatch.DropReason;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * The kernel's names of its drop reasons; one {@link DropReason} for each, so that events share
 * them. Not thread-safe.
 */
public final class ReasonNames implements IntFunction<DropReason> {
  private static final int MOST_UNNAMED = 1024;

  private final Map<Integer, DropReason> reasons = new HashMap<>();
  private final int most;

  /**
   * @param names {@code enum skb_drop_reason} of the running kernel
   */
  public ReasonNames(Map<Integer, String> names) {
    names.forEach((value, name) -> reasons.put(value, new DropReason(value, name)));
    most = reasons.size() + MOST_UNNAMED;
  }

  @Override
  public DropReason apply(int value) {
    DropReason known = reasons.get(value);
    if (known != null) {
      return known;
    }
    DropReason unnamed = DropReason.unnamed(value);
    if (reasons.size() < most) {
      reasons.put(value, unnamed);
    }
    return unnamed;
  }
}
