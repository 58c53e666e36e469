package io.dropwatch.internal.watch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counts the drops that each noise rule took out. Written by one thread, read by any. */
final class NoiseCounts {
  private final List<String> names;
  private final AtomicLongArray counts;

  NoiseCounts(List<String> names) {
    this.names = names;
    this.counts = new AtomicLongArray(names.size());
  }

  void add(int rule) {
    counts.setRelease(rule, counts.getPlain(rule) + 1);
  }

  /** Returns the counts in the order of the rules. */
  Map<String, Long> byRule() {
    Map<String, Long> byRule = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      byRule.put(names.get(i), counts.get(i));
    }
    return byRule;
  }
}
