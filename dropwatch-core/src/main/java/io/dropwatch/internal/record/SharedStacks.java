package io.dropwatch.internal.record;

import io.dropwatch.model.KernelStack;
import io.dropwatch.model.StackFrame;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Stacks to which later records refer, by location, reason, and time of the record that has the
 * stack. Keeps the most recently used ones. Lookups allocate nothing. Not thread-safe.
 */
final class SharedStacks {
  /** The most stacks of each of two generations. The probe has at most 1024 for each CPU. */
  static final int MAX_STACKS = 4096;

  private static final int SLOTS = 2 * MAX_STACKS;

  private @Nullable Entry[] young = new @Nullable Entry[0];
  private @Nullable Entry[] old = new @Nullable Entry[0];
  private int count;

  /** A stack of a record. */
  static final class Entry {
    private final long location;
    private final int reason;
    private final long time;
    private final long[] addresses;
    private @Nullable KernelStack stack;
    private @Nullable LongFunction<StackFrame> symbols;

    private Entry(long location, int reason, long time, long[] addresses) {
      this.location = location;
      this.reason = reason;
      this.time = time;
      this.addresses = addresses;
    }

    /** Returns the addresses, innermost first, with the frames of tracing; not to be changed. */
    long[] addresses() {
      return addresses;
    }

    /** Returns what {@link #stack(KernelStack, LongFunction)} set; null before. */
    @Nullable KernelStack stack() {
      return stack;
    }

    /** Returns whether the stack has the symbols of the code that is loaded now. */
    boolean hasSymbols(LongFunction<StackFrame> now) {
      return symbols == now;
    }

    /**
     * Sets the stack of the addresses.
     *
     * @param now symbols of the code that is loaded now
     */
    void stack(KernelStack shared, LongFunction<StackFrame> now) {
      stack = shared;
      symbols = now;
    }

    private boolean matches(long wantedLocation, int wantedReason, long wantedTime) {
      return time == wantedTime && location == wantedLocation && reason == wantedReason;
    }
  }

  /**
   * Adds the stack of a record to which others may refer.
   *
   * @param addresses not copied
   */
  Entry add(long location, int reason, long time, long[] addresses) {
    Entry entry = new Entry(location, reason, time, addresses);
    put(entry);
    return entry;
  }

  /** Returns the stack to which a record refers; null if its record was lost or is too old. */
  @Nullable Entry find(long location, int reason, long time) {
    Entry entry = find(young, location, reason, time);
    if (entry == null) {
      entry = find(old, location, reason, time);
      if (entry != null) {
        put(entry);
      }
    }
    return entry;
  }

  private static @Nullable Entry find(
      @Nullable Entry[] slots, long location, int reason, long time) {
    if (slots.length == 0) {
      return null;
    }
    for (int at = slot(time); ; at = (at + 1) % SLOTS) {
      Entry entry = slots[at];
      if (entry == null || entry.matches(location, reason, time)) {
        return entry;
      }
    }
  }

  private void put(Entry entry) {
    if (count == MAX_STACKS || young.length == 0) {
      old = young;
      young = new @Nullable Entry[SLOTS];
      count = 0;
    }
    int at = slot(entry.time);
    while (young[at] != null) {
      at = (at + 1) % SLOTS;
    }
    young[at] = entry;
    count++;
  }

  private static int slot(long time) {
    return (int) ((time * 0x9e3779b97f4a7c15L) >>> 40) % SLOTS;
  }
}
