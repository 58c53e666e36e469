package io.dropwatch.internal.record;

import io.dropwatch.model.StackFrame;
import java.util.Arrays;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Removes the frames of tracing from the top of a stack, so that the first frame is the kernel
 * function that dropped the packet.
 */
final class StackTrimmer {
  /**
   * The most frames of tracing on top of a stack: the program and its function, bpf_trace_run, the
   * iterator when several programs are attached; Linux 5.10 has the first of them twice.
   */
  static final int MAX_TRACING_FRAMES = 5;

  private final int depth;

  StackTrimmer(int depth) {
    this.depth = depth;
  }

  /**
   * Returns the stack without the frames of tracing, of at most the depth.
   *
   * @param addresses return addresses as of bpf_get_stack, innermost first
   * @param location return address of the function that calls the tracepoint
   * @param symbols used if the location is not in the stack
   */
  long[] trim(long[] addresses, long location, LongFunction<StackFrame> symbols) {
    int first = firstKernelFrame(addresses, location, symbols);
    return Arrays.copyOfRange(addresses, first, Math.min(addresses.length, first + depth));
  }

  // The tracepoint's caller passes its own return address as the location, so its frame is the one
  // before; that needs no symbols. Some callers pass another address: then the names decide.
  private static int firstKernelFrame(
      long[] addresses, long location, LongFunction<StackFrame> symbols) {
    int limit = Math.min(addresses.length, 2 * MAX_TRACING_FRAMES);
    for (int i = 1; i < limit; i++) {
      if (addresses[i] == location) {
        return i - 1;
      }
    }
    int first = 0;
    for (int i = 0; i < limit; i++) {
      if (isTracing(symbols.apply(addresses[i]))) {
        first = i + 1;
      }
    }
    return first;
  }

  private static boolean isTracing(StackFrame frame) {
    @Nullable String symbol = frame.symbol();
    return symbol != null
        && (symbol.startsWith("bpf_prog_")
            || symbol.startsWith("bpf_trace_run")
            || symbol.startsWith("bpf_trampoline_")
            || symbol.startsWith("__bpf_trace_")
            || symbol.startsWith("__bpf_prog_")
            || symbol.startsWith("trace_call_bpf")
            || symbol.startsWith("perf_trace_")
            || symbol.startsWith("__traceiter_")
            || symbol.startsWith("trace_event_"));
  }
}
