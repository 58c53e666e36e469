package io.dropwatch.internal.record;

import io.dropwatch.StackFrame;
import io.dropwatch.bpf.BpfException;
import io.dropwatch.bpf.KernelSymbol;
import io.dropwatch.bpf.KernelSymbols;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Frames of addresses. Symbols are read when the first stack is looked at, and again, at most once
 * a minute, for an address that they do not know: a module or program may have been loaded since.
 * Without symbols (kptr_restrict, no CAP_SYSLOG) a frame is its address, and a warning says so
 * once. Thread-safe.
 */
public final class SymbolFrames implements LongFunction<StackFrame> {
  private static final int MOST_KEPT = 8192;
  private static final long REFRESH_NANOS = 60_000_000_000L;

  private final Map<Long, StackFrame> frames = new ConcurrentHashMap<>();
  private @Nullable KernelSymbols symbols;
  private final Consumer<String> warning;
  private boolean tried;
  private long readAt;

  /**
   * @param warning told at most once, on the thread that reads a stack first, why frames have no
   *     names and what would help
   */
  public SymbolFrames(Consumer<String> warning) {
    this.warning = warning;
  }

  @Override
  public StackFrame apply(long address) {
    StackFrame known = frames.get(address);
    if (known != null) {
      return known;
    }
    StackFrame frame = resolve(address);
    if (frame.symbol() != null && frames.size() < MOST_KEPT) {
      frames.put(address, frame);
    }
    return frame;
  }

  private synchronized StackFrame resolve(long address) {
    if (!tried) {
      tried = true;
      read();
      if (symbols != null && symbols.hidden()) {
        warning.accept(
            "the kernel hides its symbols from this process, so stacks show addresses only."
                + " Grant CAP_SYSLOG, and set kernel.kptr_restrict to 0 or 1");
      }
    }
    if (symbols == null || symbols.hidden()) {
      return StackFrame.unknown(address);
    }
    KernelSymbol symbol = symbols.resolve(address);
    if (symbol == null && System.nanoTime() - readAt > REFRESH_NANOS) {
      read();
      symbol = symbols.resolve(address);
    }
    return symbol == null ? StackFrame.unknown(address) : frame(address, symbol);
  }

  private void read() {
    readAt = System.nanoTime();
    try {
      symbols = KernelSymbols.load();
    } catch (BpfException e) {
      // A stack of addresses is better than no event; what was read before is still right.
      if (symbols == null) {
        warning.accept("stacks show addresses only: " + e.getMessage());
      }
    }
  }

  private static StackFrame frame(long address, KernelSymbol symbol) {
    try {
      String module = symbol.module().isEmpty() ? null : symbol.module();
      return new StackFrame(address, symbol.name(), symbol.offset(), module);
    } catch (IllegalArgumentException _) {
      // The name of a program of someone else's may be anything.
      return StackFrame.unknown(address);
    }
  }
}
