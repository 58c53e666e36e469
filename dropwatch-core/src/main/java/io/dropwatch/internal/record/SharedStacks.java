package io.dropwatch.internal.record;

import io.dropwatch.model.KernelStack;
import io.dropwatch.model.StackFrame;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Stacks that later records refer to, by location, reason, and the time of the record that brought
 * them. Bounded: those that were used last are kept. To find one allocates nothing. Not
 * thread-safe.
 */
final class SharedStacks {
  /**
   * Of each of two generations. The probe remembers at most 1024 for each CPU; a host has some
   * dozens.
   */
  static final int MOST = 4096;

  private static final int SLOTS = 2 * MOST;

  private @Nullable Entry[] young = new @Nullable Entry[0];
  private @Nullable Entry[] old = new @Nullable Entry[0];
  private int count;

  /** A stack as a record had it. */
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

    /** Innermost first, those of tracing on top included; not to be changed. */
    long[] addresses() {
      return addresses;
    }

    /** What {@link #stack(KernelStack, LongFunction)} was told; null before. */
    @Nullable KernelStack stack() {
      return stack;
    }

    /** Whether its symbols are those of the code that is loaded now. */
    boolean isOf(LongFunction<StackFrame> now) {
      return symbols == now;
    }

    /**
     * Sets what the addresses stand for.
     *
     * @param now of the code that is loaded now
     */
    void stack(KernelStack shared, LongFunction<StackFrame> now) {
      stack = shared;
      symbols = now;
    }

    private boolean is(long wantedLocation, int wantedReason, long wantedTime) {
      return time == wantedTime && location == wantedLocation && reason == wantedReason;
    }
  }

  /**
   * Remembers the stack of a record that others may refer to.
   *
   * @param addresses not copied
   */
  Entry keep(long location, int reason, long time, long[] addresses) {
    Entry entry = new Entry(location, reason, time, addresses);
    put(entry);
    return entry;
  }

  /** The stack a record refers to; null if its record never came, or long ago. */
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
      if (entry == null || entry.is(location, reason, time)) {
        return entry;
      }
    }
  }

  private void put(Entry entry) {
    if (count == MOST || young.length == 0) {
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
