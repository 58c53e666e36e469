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
import io.dropwatch.model.NetworkNamespace;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An attached counting probe, and the snapshots of what it counted. */
public final class Counting {
  /** How long a kind has no drop before it may be removed. */
  private static final Duration QUIET = Duration.ofMinutes(1);

  /** How long {@link #close} waits for programs that run while they are detached. */
  private static final long SETTLE_NANOS = 1_000_000_000L;

  private final CountingProbe probe;
  private final ReasonNames reasons;
  private final SymbolFrames symbols;

  // A kind stays the same for this counter, although symbols and device names may change.
  private final Map<CountKey, Counted> kinds = new HashMap<>();
  private final int maxKinds;
  private final long quietNanos;
  private long removed;
  private final long started = System.nanoTime();
  private @Nullable DropCounts last;

  /** A kind, its drops and the last snapshot before which they had grown. */
  private static final class Counted {
    final DropKind kind;
    long drops;
    long grown;

    Counted(DropKind kind) {
      this.kind = kind;
    }
  }

  private Counting(
      CountingProbe probe, KernelFacts kernel, SymbolFrames symbols, int maxKinds, Duration quiet) {
    this.maxKinds = maxKinds;
    this.quietNanos = quiet.toNanos();
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
    return open(selection, bpfObject, maxKinds, QUIET, onWarning);
  }

  /** As the other method, with the time after which a kind without drops may be removed. */
  static Counting open(
      Selection selection,
      @Nullable Path bpfObject,
      int maxKinds,
      Duration quiet,
      @Nullable Consumer<DropWarning> onWarning) {
    WarningHandler warnings = new WarningHandler(onWarning);
    ProbeImage image = selection.image(bpfObject, warnings);
    Selection.requireMachine();
    KernelFacts kernel = KernelFacts.running();
    return new Counting(
        CountingProbe.attach(ProbePlan.counting(image, selection.deviceList(), maxKinds, kernel)),
        kernel,
        new SymbolFrames(warnings.of(DropWarning.Code.SYMBOLS_HIDDEN)),
        maxKinds,
        quiet);
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
      if (probe.totals().equals(before) && counts.seen() == before.seen()) {
        return counts;
      }
      if (System.nanoTime() - until > 0) {
        if (removed > 0) {
          // Drops of a kind at the moment when it was removed.
          removed += Math.max(0, before.seen() - counts.seen());
        }
        return read();
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  private DropCounts read() {
    DropCounts.Builder counts =
        DropCounts.builder()
            .time(Instant.now())
            .elapsed(Duration.ofNanos(System.nanoTime() - started));
    update();
    makeRoom();
    kinds.values().forEach(each -> counts.count(each.kind, each.drops));
    CountingProbe.Totals totals = probe.totals();
    return counts
        .count(DropKind.REMOVED, removed)
        .excluded(totals.excluded())
        .filtered(totals.filtered())
        .overflow(totals.overflow())
        .missed(probe.missed())
        .build();
  }

  private void update() {
    long now = System.nanoTime();
    probe
        .counts()
        .forEach(
            (key, drops) -> {
              Counted known = kinds.computeIfAbsent(key, _ -> new Counted(kind(key)));
              if (known.drops != drops) {
                known.drops = drops;
                known.grown = now;
              }
            });
  }

  /** Removes kinds without recent drops from a map that is nearly full, the oldest first. */
  private void makeRoom() {
    if (kinds.size() <= maxKinds - maxKinds / 4) {
      return;
    }
    long now = System.nanoTime();
    kinds.entrySet().stream()
        .filter(each -> now - each.getValue().grown >= quietNanos)
        .sorted(Comparator.comparingLong(each -> each.getValue().grown - now))
        .limit(kinds.size() - maxKinds / 2)
        .map(Map.Entry::getKey)
        .toList()
        .forEach(
            key -> {
              removed += probe.remove(key);
              kinds.remove(key);
            });
  }

  private DropKind kind(CountKey key) {
    DropKind.Builder kind =
        DropKind.builder()
            .reason(reason(key))
            .device(
                key.device().ifindex(), key.device().ifindex() == 0 ? null : probe.deviceName(key))
            .networkNamespace(NetworkNamespace.of(key.device().netnsInum(), key.netnsCookie()))
            .protocol(
                key.protocol() == CountKey.OTHER_PROTOCOL
                    ? DropKind.OTHER_PROTOCOL
                    : key.protocol(),
                key.ipProtocol() == CountKey.OTHER_IP_PROTOCOL
                    ? DropKind.OTHER_PROTOCOL
                    : key.ipProtocol());
    return switch (key.cause()) {
      case TRAP -> kind.source(DropSource.HARDWARE).build();
      case OTHER -> kind.other().user(key.user()).build();
      case UNKNOWN, REASON ->
          kind.location(symbols.at(System.nanoTime()).apply(key.location())).build();
    };
  }

  private DropReason reason(CountKey key) {
    return switch (key.cause()) {
      case UNKNOWN -> DropReason.NOT_SUPPORTED;
      case REASON -> reasons.apply(key.reason());
      case OTHER -> DropKind.REMOVED.reason();
      case TRAP -> {
        String name = probe.trapName(key.location());
        yield name == null
            ? DropReason.NOT_SUPPORTED
            : new DropReason(DropReason.NOT_SUPPORTED.value(), name);
      }
    };
  }
}
