package io.dropwatch.internal.record;

import io.dropwatch.model.DropReason;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * The drop reasons of the kernel by number; events share the objects. The names of modules are read
 * when the first reason without a name occurs. Not thread-safe.
 */
public final class ReasonNames implements IntFunction<DropReason> {
  private static final int MAX_UNNAMED = 1024;
  private static final long MIN_INTERVAL_NANOS = 1_000_000_000L;

  private final Map<Integer, DropReason> reasons = new HashMap<>();
  private final Map<Integer, String> subsystems;
  private final Supplier<Map<Integer, String>> modules;
  private final int maxSize;
  private boolean read;
  private long readAt;

  /**
   * @param names of the running kernel, by number
   * @param subsystems names of the subsystems, by the upper 16 bits of a number
   * @param modules reads the names of loaded modules; slow, so called at most once a second
   */
  public ReasonNames(
      Map<Integer, String> names,
      Map<Integer, String> subsystems,
      Supplier<Map<Integer, String>> modules) {
    this.subsystems = subsystems;
    this.modules = modules;
    add(names);
    maxSize = reasons.size() + MAX_UNNAMED;
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
    boolean reading = !core && mayRead();
    if (reading) {
      add(modules.get());
    }
    known = reasons.get(value);
    if (known != null) {
      return known;
    }
    DropReason unnamed = DropReason.unnamed(value, subsystems.get(value >>> 16));
    // Not read again for this number: its module was loaded, or it could not have dropped the
    // packet.
    if ((core || reading) && reasons.size() < maxSize) {
      reasons.put(value, unnamed);
    }
    return unnamed;
  }

  private boolean mayRead() {
    long now = System.nanoTime();
    if (reasons.size() >= maxSize || (read && now - readAt < MIN_INTERVAL_NANOS)) {
      return false;
    }
    read = true;
    readAt = now;
    return true;
  }
}
