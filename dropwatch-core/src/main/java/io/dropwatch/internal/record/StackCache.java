package io.dropwatch.internal.record;

import static io.dropwatch.internal.record.RecordLayout.U64;

import io.dropwatch.model.KernelStack;
import io.dropwatch.model.StackFrame;
import java.lang.foreign.MemorySegment;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Caches stacks. Drops of one cause have the same stack, so their events share the object and its
 * resolved symbols; a cached stack costs one lookup and no allocation. Not thread-safe.
 */
final class StackCache {
  private static final int SLOTS = 1024;

  /** The addresses of a record, and their stack. */
  private static final class Entry {
    final long[] addresses;
    final long location;
    final LongFunction<StackFrame> symbols;
    final KernelStack stack;

    Entry(long[] addresses, long location, LongFunction<StackFrame> symbols, KernelStack stack) {
      this.addresses = addresses;
      this.location = location;
      this.symbols = symbols;
      this.stack = stack;
    }
  }

  private final StackTrimmer trimmer;
  private final @Nullable Entry[] entries = new Entry[SLOTS];

  StackCache(StackTrimmer trimmer) {
    this.trimmer = trimmer;
  }

  /**
   * Returns the stack of a record.
   *
   * @param raw holds the addresses, with the frames of tracing
   * @param depth number of addresses
   * @param symbols of the code that was loaded at the drop
   */
  KernelStack of(
      MemorySegment raw, long offset, int depth, long location, LongFunction<StackFrame> symbols) {
    long hash = location;
    for (int i = 0; i < depth; i++) {
      hash = hash * 0x9e3779b97f4a7c15L + raw.get(U64, offset + 8L * i);
    }
    int slot = (int) (hash >>> 32) & (SLOTS - 1);
    Entry known = entries[slot];
    if (known != null
        && known.location == location
        && known.symbols == symbols
        && equal(known.addresses, raw, offset, depth)) {
      return known.stack;
    }
    long[] addresses = new long[depth];
    MemorySegment.copy(raw, U64, offset, addresses, 0, depth);
    KernelStack stack = KernelStack.resolving(trimmer.trim(addresses, location, symbols), symbols);
    entries[slot] = new Entry(addresses, location, symbols, stack);
    return stack;
  }

  private static boolean equal(long[] addresses, MemorySegment raw, long offset, int depth) {
    if (addresses.length != depth) {
      return false;
    }
    for (int i = 0; i < depth; i++) {
      if (addresses[i] != raw.get(U64, offset + 8L * i)) {
        return false;
      }
    }
    return true;
  }
}
