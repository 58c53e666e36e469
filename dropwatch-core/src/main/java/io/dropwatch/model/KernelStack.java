package io.dropwatch.model;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's call stack at the drop, innermost function first. Symbols are looked up when the
 * frames are first asked for; a stack that nobody reads costs only its addresses.
 *
 * <p>Immutable and thread-safe, provided that the look-up passed to {@link #resolving} is.
 */
public final class KernelStack {
  /** No frame: the stack was not walked. */
  public static final KernelStack EMPTY = of(List.of());

  private final long[] addresses;
  private final LongFunction<StackFrame> symbols;
  private final boolean shared;

  // Written without a lock: threads that race compute equal lists, and lists of records are safe
  // to publish through a data race because their fields are final.
  private @Nullable List<StackFrame> frames;

  // 0: not computed yet; without a lock as above. Every event of a stack is looked up by it.
  private int hash;

  private KernelStack(
      long[] addresses,
      LongFunction<StackFrame> symbols,
      boolean shared,
      @Nullable List<StackFrame> frames) {
    this.addresses = addresses;
    this.shared = shared;
    this.symbols = symbols;
    this.frames = frames;
  }

  /** A stack whose symbols are known already. */
  public static KernelStack of(List<StackFrame> frames) {
    List<StackFrame> copy = List.copyOf(frames);
    long[] addresses = copy.stream().mapToLong(StackFrame::address).toArray();
    return new KernelStack(addresses, StackFrame::unknown, false, copy);
  }

  /**
   * A stack whose symbols are looked up on first use.
   *
   * @param addresses return addresses, innermost first; copied
   * @param symbols a pure function from an address to its frame, called from any thread
   */
  public static KernelStack resolving(long[] addresses, LongFunction<StackFrame> symbols) {
    return new KernelStack(addresses.clone(), symbols, false, null);
  }

  /** The same frames, as the stack of another drop than the one at which it was walked. */
  public KernelStack asShared() {
    return shared ? this : new KernelStack(addresses, symbols, true, frames);
  }

  /**
   * Whether this stack was walked at an earlier drop of the same location and reason, see {@link
   * io.dropwatch.DropWatcherBuilder#stackOncePer}: the functions next to the drop are this drop's
   * too, those further out may be others.
   */
  public boolean shared() {
    return shared;
  }

  /** Innermost first; unmodifiable. */
  public List<StackFrame> frames() {
    List<StackFrame> known = frames;
    if (known == null) {
      known = Arrays.stream(addresses).mapToObj(symbols).toList();
      frames = known;
    }
    return known;
  }

  /** Number of frames, without looking up a symbol. */
  public int depth() {
    return addresses.length;
  }

  /**
   * Address of a frame, without looking up its symbol.
   *
   * @param frame from 0, the innermost, to below {@link #depth}
   */
  public long address(int frame) {
    return addresses[frame];
  }

  /** Returns whether the addresses are equal, without looking up a symbol. */
  public boolean hasAddressesOf(KernelStack other) {
    return addresses == other.addresses || Arrays.equals(addresses, other.addresses);
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
      known = Arrays.hashCode(addresses);
      hash = known;
    }
    return known;
  }

  /**
   * {@code name/+offset [module]}, offset in decimal and {@code kernel} for what is in no module,
   * one per line, innermost first; an address where there is no name.
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

  /** Bare function names, one per line, innermost first; an address where there is no name. */
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
