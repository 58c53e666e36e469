package io.dropwatch.pcapfilter;

import io.dropwatch.pcapfilter.internal.bytecode.CompiledFilter;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A compiled expression of tcpdump's filter language, pcap-filter(7): {@link PcapFilter} for the
 * bytes of a packet, {@link SkbFilter} for a packet as the kernel sees it.
 *
 * <p>Compiling needs no privileges and no native code. Filters are immutable and thread-safe. More
 * kinds of filters may be added; a {@code switch} over them should have a default case.
 */
public abstract sealed class Filter permits PcapFilter, SkbFilter {
  private final Compilation compilation;

  // Not volatile, so that a loop over packets reads it once. The object has final fields only, so
  // no thread sees it half-made; two threads may generate it twice.
  private @Nullable CompiledFilter compiled;

  Filter(Compilation compilation) {
    this.compilation = compilation;
  }

  /** Returns the expression as it was given. */
  public final String expression() {
    return compilation.expression();
  }

  /**
   * Returns the known pitfalls that apply to the expression, ordered by offset; empty for most
   * filters. They are computed by each call, so compiling does not pay for them. {@link
   * FilterWarning.Code#MATCHES_NOTHING} is only reported if no packet can match.
   */
  public final List<FilterWarning> warnings() {
    return compilation.warnings();
  }

  /**
   * Returns the structure of the filter: one primitive per line, with its inherited qualifiers,
   * grouped in evaluation order.
   */
  public final String explain() {
    return compilation.outline();
  }

  /**
   * Returns the filter as the body of an eBPF function.
   *
   * @throws UnsupportedOperationException as {@link #ebpf(EbpfTarget)} does
   */
  public final EbpfCode ebpf() {
    return ebpf(EbpfTarget.function());
  }

  /**
   * Returns the filter as eBPF for a place in a program.
   *
   * @throws UnsupportedOperationException if one comparison needs more intermediate values than
   *     eBPF has room for (some dozens of nested parentheses), or if the filter has more than
   *     40,000 branches or needs a jump over more than 32,767 instructions. Shorter code may still
   *     exceed the place it is meant for, see {@link EbpfCode#size}
   */
  public final EbpfCode ebpf(EbpfTarget target) {
    return compilation.ebpf(Objects.requireNonNull(target, "target"));
  }

  /**
   * Returns the filter as classic BPF, for packet sockets and for libpcap.
   *
   * @throws UnsupportedOperationException if it needs more than {@link ClassicBpf#MAX_SIZE}
   *     instructions, or more intermediate values than the 16 scratch words of classic BPF hold
   */
  public final ClassicBpf classicBpf() {
    return compilation.classicBpf();
  }

  /**
   * Returns the text form of one stage of compilation.
   *
   * @throws UnsupportedOperationException as {@link #ebpf} and {@link #classicBpf} do, for their
   *     stages
   */
  public final String dump(Stage stage) {
    return compilation.dump(stage);
  }

  /** Returns the expression with one space between its tokens. */
  @Override
  public final String toString() {
    return compilation.canonicalExpression();
  }

  final Compilation compilation() {
    return compilation;
  }

  // Generated when the first packet comes: most filters go to the kernel and see none.
  final CompiledFilter compiled() {
    CompiledFilter ready = compiled;
    if (ready == null) {
      ready = compilation.compiledFilter();
      compiled = ready;
    }
    return ready;
  }
}
