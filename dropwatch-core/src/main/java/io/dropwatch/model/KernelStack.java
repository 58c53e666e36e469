package io.dropwatch.model;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's call stack at the drop, innermost function first. Symbols are looked up when the
 * frames are first read.
 *
 * <p>Immutable and thread-safe, provided that the look-up passed to {@link #resolving} is.
 */
public final class KernelStack {
  /** Most frames of a stack: PERF_MAX_STACK_DEPTH of the kernel. */
  public static final int MAX_DEPTH = 127;

  /** No frame: the stack was not walked. */
  public static final KernelStack EMPTY = of(List.of());

  private final long[] addresses;
  private final LongFunction<StackFrame> symbols;
  private final boolean shared;

  // Written without a lock: threads that race compute equal lists, and lists of records are safe
  // to publish through a data race because their fields are final.
  private @Nullable List<StackFrame> frames;

  // Stacks of live events are cached, so each is made once. Volatile, because frames is not final:
  // another thread would see the stack without its names.
  private volatile @Nullable KernelStack withoutAddresses;

  // 0: not computed yet; without a lock as above. Every event of a stack is looked up by it.
  private int hash;

  private KernelStack(
      long[] addresses,
      LongFunction<StackFrame> symbols,
      boolean shared,
      @Nullable List<StackFrame> frames) {
    if (addresses.length > MAX_DEPTH) {
      throw new IllegalArgumentException(
          "a stack has at most " + MAX_DEPTH + " frames, was " + addresses.length);
    }
    this.addresses = addresses;
    this.shared = shared;
    this.symbols = symbols;
    this.frames = frames;
  }

  /**
   * Returns a stack whose symbols are known.
   *
   * @param frames at most {@link #MAX_DEPTH}
   */
  public static KernelStack of(List<StackFrame> frames) {
    List<StackFrame> copy = List.copyOf(frames);
    long[] addresses = copy.stream().mapToLong(StackFrame::address).toArray();
    return new KernelStack(addresses, StackFrame::unknown, false, copy);
  }

  /**
   * Returns a stack whose symbols are looked up on first use.
   *
   * @param addresses return addresses, innermost first, at most {@link #MAX_DEPTH}; copied
   * @param symbols a pure function from an address to its frame, called from any thread
   */
  public static KernelStack resolving(long[] addresses, LongFunction<StackFrame> symbols) {
    return new KernelStack(addresses.clone(), symbols, false, null);
  }

  /** Returns the same frames, marked as walked at an earlier drop. */
  public KernelStack asShared() {
    return shared ? this : new KernelStack(addresses, symbols, true, frames);
  }

  /**
   * Returns the same functions and offsets without addresses, which are 0; frames without a symbol
   * stay. Looks up symbols.
   */
  public KernelStack withoutAddresses() {
    KernelStack known = withoutAddresses;
    if (known == null) {
      List<StackFrame> named = frames().stream().map(StackFrame::withoutAddress).toList();
      known = new KernelStack(new long[named.size()], StackFrame::unknown, shared, named);
      withoutAddresses = known;
    }
    return known;
  }

  /**
   * Returns whether this stack was walked at an earlier drop of the same location and reason, see
   * {@link io.dropwatch.DropWatcherBuilder#stackOncePer}. The innermost functions are those of this
   * drop, too; outer ones may differ.
   */
  public boolean shared() {
    return shared;
  }

  /** Returns the frames, innermost first; unmodifiable. */
  public List<StackFrame> frames() {
    List<StackFrame> known = frames;
    if (known == null) {
      known = Arrays.stream(addresses).mapToObj(symbols).toList();
      frames = known;
    }
    return known;
  }

  /** Returns the number of frames, without looking up a symbol. */
  public int depth() {
    return addresses.length;
  }

  /**
   * Returns the address of a frame, without looking up its symbol.
   *
   * @param frame from 0, the innermost, to below {@link #depth}
   */
  public long address(int frame) {
    return addresses[frame];
  }

  /**
   * Returns whether the addresses are equal, without looking up a symbol; of stacks without
   * addresses, whether the frames are.
   */
  public boolean hasAddressesOf(KernelStack other) {
    return addresses == other.addresses
        || (Arrays.equals(addresses, other.addresses)
            && (hasAddresses() || frames().equals(other.frames())));
  }

  private boolean hasAddresses() {
    return addresses.length == 0 || addresses[0] != 0;
  }

  /** Equal frames, shared or not. Looks up symbols if the addresses are equal. */
  @Override
  public boolean equals(@Nullable Object other) {
    if (this == other) {
      return true;
    }
    if (!(other instanceof KernelStack that)) {
      return false;
    }
    // A shared stack and the one that it was made of.
    if (addresses == that.addresses) {
      return true;
    }
    return Arrays.equals(addresses, that.addresses) && frames().equals(that.frames());
  }

  @Override
  public int hashCode() {
    int known = hash;
    if (known == 0) {
      known = hasAddresses() ? Arrays.hashCode(addresses) : frames().hashCode();
      hash = known;
    }
    return known;
  }

  /**
   * Returns a line {@code name/+offset [module]} for each frame, innermost first, with the offset
   * in decimal and {@code kernel} outside of modules; an address if there is no name.
   */
  public String withOffsets() {
    return frames().stream().map(KernelStack::withOffset).collect(Collectors.joining("\n"));
  }

  private static String withOffset(StackFrame frame) {
    if (frame.symbol() == null) {
      return frame.name();
    }
    String module = frame.module() == null ? "kernel" : frame.module();
    return frame.symbol() + "/+" + Long.toUnsignedString(frame.offset()) + " [" + module + "]";
  }

  /** Returns a function name per line, innermost first; an address if there is no name. */
  @Override
  public String toString() {
    var lines = new StringBuilder(32 * addresses.length);
    for (StackFrame frame : frames()) {
      if (!lines.isEmpty()) {
        lines.append('\n');
      }
      lines.append(frame.name());
    }
    return lines.toString();
  }
}
