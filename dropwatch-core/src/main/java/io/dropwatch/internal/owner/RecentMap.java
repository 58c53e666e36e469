package io.dropwatch.internal.owner;

import java.io.Serial;
import java.util.LinkedHashMap;
import java.util.Map;

/** Keeps the entries that were used last. */
final class RecentMap<K, V> extends LinkedHashMap<K, V> {
  @Serial private static final long serialVersionUID = 1;
  private final int most;

  RecentMap(int most) {
    super(16, 0.75f, true);
    this.most = most;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > most;
  }
}
