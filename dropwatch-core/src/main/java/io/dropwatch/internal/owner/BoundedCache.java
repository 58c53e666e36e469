package io.dropwatch.internal.owner;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToIntBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Answers by key, with the time at which they were found. Bounded in entries and in characters: the
 * least recently used ones go first, so names that a user chooses take no memory without end. Not
 * thread-safe.
 */
final class BoundedCache<K, V> {
  /** A value, null for "none", and when it was found. */
  record Entry<V>(@Nullable V value, long at) {
    boolean olderThan(long nanos) {
      return System.nanoTime() - at > nanos;
    }
  }

  private final int maxEntries;
  private final int maxCharacters;
  private final ToIntBiFunction<K, @Nullable V> characters;
  private final Map<K, Entry<V>> entries = new LinkedHashMap<>(16, 0.75f, true);
  private int held;

  /**
   * @param characters of the strings in a key and its value
   */
  BoundedCache(int maxEntries, int maxCharacters, ToIntBiFunction<K, @Nullable V> characters) {
    this.maxEntries = maxEntries;
    this.maxCharacters = maxCharacters;
    this.characters = characters;
  }

  /** Returns the entry if it is young enough; else null. */
  @Nullable Entry<V> get(K key, long maxAgeNanos) {
    Entry<V> entry = entries.get(key);
    return entry == null || entry.olderThan(maxAgeNanos) ? null : entry;
  }

  void put(K key, @Nullable V value) {
    Entry<V> before = entries.put(key, new Entry<>(value, System.nanoTime()));
    held += characters.applyAsInt(key, value);
    held -= before == null ? 0 : characters.applyAsInt(key, before.value());
    Iterator<Map.Entry<K, Entry<V>>> eldest = entries.entrySet().iterator();
    while (entries.size() > maxEntries || (held > maxCharacters && entries.size() > 1)) {
      Map.Entry<K, Entry<V>> entry = eldest.next();
      held -= characters.applyAsInt(entry.getKey(), entry.getValue().value());
      eldest.remove();
    }
  }

  int size() {
    return entries.size();
  }

  /** Returns the characters of all keys and values. */
  int characters() {
    return held;
  }
}
