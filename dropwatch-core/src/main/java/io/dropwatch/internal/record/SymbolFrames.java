package io.dropwatch.internal.record;

import io.dropwatch.bpf.BpfException;
import io.dropwatch.bpf.KernelSymbol;
import io.dropwatch.bpf.KernelSymbols;
import io.dropwatch.bpf.LoadedCode;
import io.dropwatch.model.StackFrame;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Resolves addresses to stack frames. Symbols are read when the first stack is resolved, or before
 * by {@link #read}. A symbol of the kernel without modules is valid for ever; one of a module or
 * eBPF program is valid while the same code is loaded, an <i>epoch</i>. Loaded code is checked at
 * most every 20 ms, while there are records. A frame has only its address if it is not certain what
 * code was loaded at the drop, or if no symbols were read in its epoch.
 *
 * <p>Without symbols (kptr_restrict, no CAP_SYSLOG) all frames have only their address, and one
 * warning says so. Programs are checked only after an address was found that belongs to neither the
 * kernel nor a module; that needs CAP_SYS_ADMIN. Thread-safe.
 */
public final class SymbolFrames implements SymbolHistory {
  private static final int MAX_CACHED = 8192;
  private static final long CHECK_INTERVAL_NANOS = 20_000_000;

  /** Reading all symbols takes about 30 ms; it is done for a tenth of the time at most. */
  private static final int PAUSE_FACTOR = 10;

  private final Machine machine;
  private final Consumer<String> warning;
  private final Map<Long, StackFrame> ofKernel = new ConcurrentHashMap<>();
  private final Epoch always = new Epoch(LoadedCode.UNKNOWN);

  private volatile Epochs epochs;
  private boolean checkPrograms;

  private @Nullable KernelSymbols symbols;
  private LoadedCode symbolsOf = LoadedCode.UNKNOWN;
  private boolean tried;
  private boolean asked;
  private String unreadable = "";
  private long readAt;
  private long readNanos;

  /**
   * The epochs of the last change of loaded code.
   *
   * @param previous until {@code until}
   * @param between the code that is certain between {@code until} and {@code since}
   * @param current from {@code since}
   * @param checkedAt time at which the last check began
   */
  private record Epochs(
      Epoch previous, long until, Epoch between, long since, Epoch current, long checkedAt) {
    Epoch at(long time) {
      if (time - since >= 0) {
        return current;
      }
      return time - until <= 0 ? previous : between;
    }

    Epochs checkedAgain(long at) {
      return new Epochs(previous, until, between, since, current, at);
    }

    /** Returns a new epoch of the same code, for stacks that are decoded from now on. */
    Epochs renewed(Epoch epoch, long at) {
      return new Epochs(previous, until, between, since, epoch, at);
    }
  }

  /**
   * @param warning called at most once, on the thread that resolves the first stack, with the
   *     reason why frames have no names and the remedy
   */
  public SymbolFrames(Consumer<String> warning) {
    this(Machine.RUNNING, warning);
  }

  SymbolFrames(Machine machine, Consumer<String> warning) {
    this.machine = machine;
    this.warning = warning;
    long begin = machine.nanoTime();
    Epoch first = new Epoch(machine.loaded(false));
    epochs = new Epochs(always, begin, always, machine.nanoTime(), first, begin);
  }

  @Override
  public LongFunction<StackFrame> at(long time) {
    if (machine.nanoTime() - epochs.checkedAt() > CHECK_INTERVAL_NANOS) {
      check();
    }
    return epochs.at(time);
  }

  @Override
  public LongFunction<StackFrame> always() {
    return always;
  }

  private synchronized void check() {
    Epochs known = epochs;
    long begin = machine.nanoTime();
    LoadedCode loaded = machine.loaded(checkPrograms);
    LoadedCode before = known.current().loaded;
    if (!loaded.equals(before)) {
      Epoch next = new Epoch(loaded);
      Epoch between = loaded.onlyAddsTo(before) ? next : new Epoch(loaded.sharedWith(before));
      epochs =
          new Epochs(known.current(), known.checkedAt(), between, machine.nanoTime(), next, begin);
    } else if (known.current().wantsSymbols && mayRead()) {
      epochs = known.renewed(new Epoch(loaded), begin);
    } else {
      epochs = known.checkedAgain(begin);
    }
  }

  private boolean mayRead() {
    return machine.nanoTime() - readAt > PAUSE_FACTOR * readNanos;
  }

  /**
   * Reads the symbols if they were not read yet, which takes a quarter of a second in a new JVM.
   * For a thread on which no event waits.
   */
  public synchronized void read() {
    if (!tried) {
      tried = true;
      readNow();
    }
  }

  private void warn() {
    if (symbols == null) {
      warning.accept("stacks show addresses only: " + unreadable);
    } else if (symbols.hidden()) {
      warning.accept(
          "the kernel hides its symbols from this process, so stacks show addresses only;"
              + " grant CAP_SYSLOG, and set kernel.kptr_restrict to 0 or 1");
    }
  }

  private synchronized StackFrame resolve(Epoch epoch, long address) {
    read();
    if (!asked) {
      asked = true;
      warn();
    }
    if (symbols == null || symbols.hidden()) {
      return StackFrame.unknown(address);
    }
    KernelSymbol symbol = symbols.resolve(address);
    if (symbol != null && symbol.module().isEmpty()) {
      return cached(ofKernel, address, symbol);
    }
    if (!isOf(epoch, symbol)) {
      symbol = readAgain(epoch, address);
    }
    return symbol == null ? StackFrame.unknown(address) : cached(epoch.frames, address, symbol);
  }

  /** Returns whether a symbol of the last reading is valid in an epoch. */
  private boolean isOf(Epoch epoch, @Nullable KernelSymbol symbol) {
    if (symbol == null || symbol.module().equals("bpf")) {
      return epoch.loaded.samePrograms(symbolsOf);
    }
    // Trampolines of ftrace and kprobes change without a trace in the loaded code.
    return !symbol.module().startsWith("__builtin__") && epoch.loaded.sameModules(symbolsOf);
  }

  private @Nullable KernelSymbol readAgain(Epoch epoch, long address) {
    checkPrograms = true;
    check();
    LoadedCode now = epochs.current().loaded;
    if (!epoch.loaded.sameModules(now) && !epoch.loaded.samePrograms(now)) {
      return null;
    }
    if (!mayRead()) {
      epoch.wantsSymbols = true;
      return null;
    }
    readNow();
    KernelSymbol symbol = symbols == null ? null : symbols.resolve(address);
    return symbol != null && isOf(epoch, symbol) ? symbol : null;
  }

  private void readNow() {
    readAt = machine.nanoTime();
    try {
      LoadedCode before = machine.loaded(checkPrograms);
      symbols = machine.symbols();
      boolean steady = before.equals(machine.loaded(checkPrograms));
      symbolsOf = steady ? before : LoadedCode.UNKNOWN;
    } catch (BpfException e) {
      // A stack of addresses is better than no event; symbols that were read before stay valid.
      unreadable = String.valueOf(e.getMessage());
    }
    readNanos = machine.nanoTime() - readAt;
  }

  private static StackFrame cached(
      Map<Long, StackFrame> frames, long address, KernelSymbol symbol) {
    StackFrame frame = frame(address, symbol);
    if (frames.size() < MAX_CACHED) {
      frames.put(address, frame);
    }
    return frame;
  }

  private static StackFrame frame(long address, KernelSymbol symbol) {
    try {
      String module = symbol.module().isEmpty() ? null : symbol.module();
      return new StackFrame(address, symbol.name(), symbol.offset(), module);
    } catch (IllegalArgumentException _) {
      // The name of a foreign program may be invalid.
      return StackFrame.unknown(address);
    }
  }

  /** The symbols of a time in which the same code was loaded. */
  private final class Epoch implements LongFunction<StackFrame> {
    final LoadedCode loaded;
    final Map<Long, StackFrame> frames = new ConcurrentHashMap<>();

    /** Symbols were missing and could not be read yet: the next check begins a new epoch. */
    volatile boolean wantsSymbols;

    Epoch(LoadedCode loaded) {
      this.loaded = loaded;
    }

    @Override
    public StackFrame apply(long address) {
      StackFrame known = ofKernel.get(address);
      if (known == null) {
        known = frames.get(address);
      }
      return known != null ? known : resolve(this, address);
    }
  }

  /** Access to the running kernel, for tests. */
  interface Machine {
    Machine RUNNING =
        new Machine() {
          @Override
          public KernelSymbols symbols() {
            return KernelSymbols.load();
          }

          @Override
          public LoadedCode loaded(boolean programs) {
            return LoadedCode.now(programs);
          }

          @Override
          public long nanoTime() {
            return System.nanoTime();
          }
        };

    /** Reads the symbols. */
    KernelSymbols symbols();

    /** Reads what code is loaded. */
    LoadedCode loaded(boolean programs);

    /** Returns the time of CLOCK_MONOTONIC. */
    long nanoTime();
  }
}
