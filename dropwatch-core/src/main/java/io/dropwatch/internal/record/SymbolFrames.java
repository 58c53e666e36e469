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
 * Frames of addresses. Symbols are read when the first stack is looked at. A name of the kernel
 * proper is kept for ever; one of a module or program holds only while no other code is loaded:
 * that is looked for every 20 ms at most, while records come, and ends an <i>era</i>. An address
 * that was met when it is not certain what code was loaded, or of which no symbols were read in its
 * era, is shown as an address.
 *
 * <p>Without symbols (kptr_restrict, no CAP_SYSLOG) a frame is its address, and a warning says so
 * once. Programs are looked at only once an address is none of the kernel's and its modules', and
 * need CAP_SYS_ADMIN to be. Thread-safe.
 */
public final class SymbolFrames implements CodeNames {
  private static final int MOST_KEPT = 8192;
  private static final long LOOK_NANOS = 20_000_000;

  /** Reading all symbols takes some 30 ms: a tenth of the time at most, whatever comes and goes. */
  private static final int REST_FACTOR = 10;

  private final Machine machine;
  private final Consumer<String> warning;
  private final Map<Long, StackFrame> ofKernel = new ConcurrentHashMap<>();
  private final Era always = new Era(LoadedCode.UNKNOWN);

  private volatile Eras eras;
  private boolean lookingAtPrograms;

  private @Nullable KernelSymbols symbols;
  private LoadedCode symbolsOf = LoadedCode.UNKNOWN;
  private boolean tried;
  private long readAt;
  private long readNanos;

  /**
   * What is known of when which code was loaded.
   *
   * @param current since then
   * @param previous until then
   * @param between what is certain of the time between the two
   * @param lookedAt when the last look began, which found what the current one has
   */
  private record Eras(
      Era previous, long until, Era between, long since, Era current, long lookedAt) {
    Era at(long time) {
      if (time - since >= 0) {
        return current;
      }
      return time - until <= 0 ? previous : between;
    }

    Eras lookedAgain(long at) {
      return new Eras(previous, until, between, since, current, at);
    }

    /** The same code, for stacks that are looked at from now on. */
    Eras renewed(Era era, long at) {
      return new Eras(previous, until, between, since, era, at);
    }
  }

  /**
   * @param warning told at most once, on the thread that reads a stack first, why frames have no
   *     names and what would help
   */
  public SymbolFrames(Consumer<String> warning) {
    this(Machine.RUNNING, warning);
  }

  SymbolFrames(Machine machine, Consumer<String> warning) {
    this.machine = machine;
    this.warning = warning;
    long begin = machine.nanoTime();
    Era first = new Era(machine.loaded(false));
    eras = new Eras(always, begin, always, machine.nanoTime(), first, begin);
  }

  @Override
  public LongFunction<StackFrame> at(long time) {
    if (machine.nanoTime() - eras.lookedAt() > LOOK_NANOS) {
      look();
    }
    return eras.at(time);
  }

  @Override
  public LongFunction<StackFrame> always() {
    return always;
  }

  private synchronized void look() {
    Eras known = eras;
    long begin = machine.nanoTime();
    LoadedCode loaded = machine.loaded(lookingAtPrograms);
    LoadedCode before = known.current().loaded;
    if (!loaded.equals(before)) {
      Era next = new Era(loaded);
      Era between = loaded.onlyAddsTo(before) ? next : new Era(loaded.sharedWith(before));
      eras = new Eras(known.current(), known.lookedAt(), between, machine.nanoTime(), next, begin);
    } else if (known.current().wantsSymbols && mayRead()) {
      eras = known.renewed(new Era(loaded), begin);
    } else {
      eras = known.lookedAgain(begin);
    }
  }

  private boolean mayRead() {
    return machine.nanoTime() - readAt > REST_FACTOR * readNanos;
  }

  private synchronized StackFrame resolve(Era era, long address) {
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
    if (symbol != null && symbol.module().isEmpty()) {
      return kept(ofKernel, address, symbol);
    }
    if (!isOf(era, symbol)) {
      symbol = readAgain(era, address);
    }
    return symbol == null ? StackFrame.unknown(address) : kept(era.frames, address, symbol);
  }

  /** Whether a symbol, of the symbols that were read last, is what an era has there. */
  private boolean isOf(Era era, @Nullable KernelSymbol symbol) {
    if (symbol == null || symbol.module().equals("bpf")) {
      return era.loaded.samePrograms(symbolsOf);
    }
    // Trampolines of ftrace and kprobes come and go unseen.
    return !symbol.module().startsWith("__builtin__") && era.loaded.sameModules(symbolsOf);
  }

  private @Nullable KernelSymbol readAgain(Era era, long address) {
    lookingAtPrograms = true;
    look();
    LoadedCode now = eras.current().loaded;
    if (!era.loaded.sameModules(now) && !era.loaded.samePrograms(now)) {
      return null;
    }
    if (!mayRead()) {
      era.wantsSymbols = true;
      return null;
    }
    read();
    KernelSymbol symbol = symbols == null ? null : symbols.resolve(address);
    return symbol != null && isOf(era, symbol) ? symbol : null;
  }

  private void read() {
    readAt = machine.nanoTime();
    try {
      LoadedCode before = machine.loaded(lookingAtPrograms);
      symbols = machine.symbols();
      boolean steady = before.equals(machine.loaded(lookingAtPrograms));
      symbolsOf = steady ? before : LoadedCode.UNKNOWN;
    } catch (BpfException e) {
      // A stack of addresses is better than no event; what was read before is still right.
      if (symbols == null) {
        warning.accept("stacks show addresses only: " + e.getMessage());
      }
    }
    readNanos = machine.nanoTime() - readAt;
  }

  private static StackFrame kept(Map<Long, StackFrame> frames, long address, KernelSymbol symbol) {
    StackFrame frame = frame(address, symbol);
    if (frames.size() < MOST_KEPT) {
      frames.put(address, frame);
    }
    return frame;
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

  /** A time in which no other code was loaded. */
  private final class Era implements LongFunction<StackFrame> {
    final LoadedCode loaded;
    final Map<Long, StackFrame> frames = new ConcurrentHashMap<>();

    /** Its symbols could not be read yet: a later one shall have those it lacks. */
    volatile boolean wantsSymbols;

    Era(LoadedCode loaded) {
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

  /** What is asked of the machine. */
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

    /** The symbols as they are now. */
    KernelSymbols symbols();

    /** The code as it is now. */
    LoadedCode loaded(boolean programs);

    /** CLOCK_MONOTONIC. */
    long nanoTime();
  }
}
