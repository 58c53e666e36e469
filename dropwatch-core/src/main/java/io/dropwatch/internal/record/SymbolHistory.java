package io.dropwatch.internal.record;

import io.dropwatch.model.StackFrame;
import java.util.function.LongFunction;

/**
 * Symbols of kernel addresses by time: modules and eBPF programs are loaded and removed, and an
 * address may belong to other code later.
 */
@FunctionalInterface
public interface SymbolHistory {
  /**
   * Returns the symbols of the code that was loaded at a time. It is the same object while no other
   * code is loaded; it may be kept, and used later and by any thread.
   *
   * @param time nanoseconds of CLOCK_MONOTONIC, not in the future
   */
  LongFunction<StackFrame> at(long time);

  /** Returns the symbols that are valid at any time: those of the kernel without modules. */
  default LongFunction<StackFrame> always() {
    return StackFrame::unknown;
  }
}
