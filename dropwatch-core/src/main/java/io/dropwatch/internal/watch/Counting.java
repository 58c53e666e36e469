package io.dropwatch.internal.watch;

import io.dropwatch.internal.probe.CountKey;
import io.dropwatch.internal.probe.CountingProbe;
import io.dropwatch.internal.probe.KernelFacts;
import io.dropwatch.internal.probe.ProbeImage;
import io.dropwatch.internal.probe.ProbePlan;
import io.dropwatch.internal.record.ReasonNames;
import io.dropwatch.internal.record.SymbolFrames;
import io.dropwatch.model.DropCounts;
import io.dropwatch.model.DropKind;
import io.dropwatch.model.DropReason;
import io.dropwatch.model.DropSource;
import io.dropwatch.model.DropWarning;
import io.dropwatch.model.StackFrame;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An attached counting probe, and the snapshots of what it counted. */
public final class Counting {
  /** How long {@link #close} waits for programs that run while they are detached. */
  private static final long SETTLE_NANOS = 1_000_000_000L;

  private final CountingProbe probe;
  private final ReasonNames reasons;
  private final SymbolFrames symbols;

  // A kind stays the same for this counter, although symbols and device names may change.
  private final Map<CountKey, DropKind> kinds = new HashMap<>();
  private final long started = System.nanoTime();
  private @Nullable DropCounts last;

  private Counting(CountingProbe probe, KernelFacts kernel, SymbolFrames symbols) {
    this.symbols = symbols;
    this.probe = probe;
    this.reasons = Session.reasonNames(kernel.reasons());
  }

  /**
   * Compiles the filter, loads and attaches the probe.
   *
   * @param bpfObject null: the embedded one
   * @param maxKinds maximum number of kinds
   * @param onWarning null: log
   * @throws io.dropwatch.internal.probe.EnvironmentException if this machine cannot; nothing is
   *     left in the kernel then
   * @throws io.dropwatch.bpf.BpfException likewise
   * @throws io.dropwatch.pcapfilter.FilterSyntaxException if a name in the filter is unknown
   */
  public static Counting open(
      Selection selection,
      @Nullable Path bpfObject,
      int maxKinds,
      @Nullable Consumer<DropWarning> onWarning) {
    WarningHandler warnings = new WarningHandler(onWarning);
    ProbeImage image = selection.image(bpfObject, warnings);
    Selection.requireMachine();
    KernelFacts kernel = KernelFacts.running();
    return new Counting(
        CountingProbe.attach(ProbePlan.counting(image, selection.deviceList(), maxKinds, kernel)),
        kernel,
        new SymbolFrames(warnings.of(DropWarning.Code.SYMBOLS_HIDDEN)));
  }

  /** Returns what was counted so far; the final account once this is closed. */
  public synchronized DropCounts snapshot() {
    return last != null ? last : read();
  }

  /** Detaches, takes the last snapshot, frees. A second call does nothing. */
  public synchronized void close() {
    if (last != null) {
      return;
    }
    try {
      probe.detach();
      last = settled();
    } finally {
      probe.close();
    }
  }

  // No program starts after the detach: drops that are seen and not counted are being counted.
  private DropCounts settled() {
    long until = System.nanoTime() + SETTLE_NANOS;
    while (true) {
      CountingProbe.Totals before = probe.totals();
      DropCounts counts = read();
      if ((probe.totals().equals(before) && counts.seen() == before.seen())
          || System.nanoTime() - until > 0) {
        return counts;
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  private DropCounts read() {
    DropCounts.Builder counts =
        DropCounts.builder()
            .time(Instant.now())
            .elapsed(Duration.ofNanos(System.nanoTime() - started));
    probe.counts().forEach((key, count) -> counts.count(kind(key), count));
    CountingProbe.Totals totals = probe.totals();
    return counts
        .excluded(totals.excluded())
        .filtered(totals.filtered())
        .overflow(totals.overflow())
        .missed(probe.missed())
        .build();
  }

  private DropKind kind(CountKey key) {
    return kinds.computeIfAbsent(
        key,
        _ ->
            DropKind.of(
                key.cause() == CountKey.Cause.TRAP ? DropSource.HARDWARE : DropSource.SOFTWARE,
                reason(key),
                key.cause() == CountKey.Cause.TRAP
                    ? StackFrame.unknown(0)
                    : symbols.at(System.nanoTime()).apply(key.location()),
                key.device().ifindex(),
                key.device().ifindex() == 0 ? null : probe.deviceName(key.device()),
                key.device().netnsInum(),
                key.protocol(),
                key.ipProtocol()));
  }

  private DropReason reason(CountKey key) {
    return switch (key.cause()) {
      case UNKNOWN -> DropReason.NOT_SUPPORTED;
      case REASON -> reasons.apply(key.reason());
      case TRAP -> {
        String name = probe.trapName(key.location());
        yield name == null
            ? DropReason.NOT_SUPPORTED
            : new DropReason(DropReason.NOT_SUPPORTED.value(), name);
      }
    };
  }
}
