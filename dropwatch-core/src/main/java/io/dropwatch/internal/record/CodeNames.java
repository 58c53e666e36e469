package io.dropwatch.internal.record;

import io.dropwatch.model.StackFrame;
import java.util.function.LongFunction;

/**
 * Functions of addresses, which depend on when an address was met: modules and eBPF programs come
 * and go, and new ones may lie where others were.
 */
@FunctionalInterface
public interface CodeNames {
  /**
   * Frames of addresses as code was loaded at one time. The same object as long as no other code
   * came; it may be kept, asked later and from any thread.
   *
   * @param time nanoseconds of CLOCK_MONOTONIC, not in the future
   */
  LongFunction<StackFrame> at(long time);

  /** Frames whose names are right at any time: those of the kernel proper. */
  default LongFunction<StackFrame> always() {
    return StackFrame::unknown;
  }
}
