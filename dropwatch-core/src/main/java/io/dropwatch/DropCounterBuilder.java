package io.dropwatch;

import io.dropwatch.internal.watch.Counting;
import io.dropwatch.internal.watch.Selection;
import io.dropwatch.model.DropCounts;
import io.dropwatch.model.DropWarning;
import io.dropwatch.model.NoiseRule;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link DropCounter}. By default it counts every drop on every device. Not thread-safe;
 * may be used again after {@link #start}.
 */
public final class DropCounterBuilder extends SelectionBuilder<DropCounterBuilder> {
  private static final int MAX_KINDS = 1 << 20;

  private @Nullable Path bpfObject;
  private int maxKinds = 8192;
  private @Nullable Consumer<DropWarning> onWarning;

  DropCounterBuilder() {}

  @Override
  DropCounterBuilder self() {
    return this;
  }

  /** As {@link DropWatcherBuilder#bpfObject}. */
  public DropCounterBuilder bpfObject(@Nullable Path file) {
    this.bpfObject = file;
    return this;
  }

  /**
   * Sets how many kinds of drops are counted separately. Each takes about 200 bytes of kernel
   * memory, and 16 more for each CPU.
   *
   * <p>A network namespace has a quarter of the table, and all network namespaces that one
   * unprivileged user has made have a sixteenth together; drops of further kinds count as one
   * {@linkplain io.dropwatch.model.DropKind#isOther other kind}. When the table is three quarters
   * full, a snapshot removes kinds without a drop for a minute and keeps their count in {@link
   * io.dropwatch.model.DropKind#REMOVED}. Drops that find the table full count as {@link
   * DropCounts#overflow}.
   *
   * @param kinds 1 to 1,048,576; 8192 by default
   */
  public DropCounterBuilder maxKinds(int kinds) {
    if (kinds < 1 || kinds > MAX_KINDS) {
      throw new IllegalArgumentException(
          "maxKinds must be 1 to %d, was %d".formatted(MAX_KINDS, kinds));
    }
    this.maxKinds = kinds;
    return this;
  }

  /**
   * Sets the handler of warnings, as {@link DropWatcherBuilder#onWarning}. By default they are
   * logged (System.Logger {@code io.dropwatch}).
   */
  public DropCounterBuilder onWarning(Consumer<DropWarning> handler) {
    this.onWarning = Objects.requireNonNull(handler, "handler");
    return this;
  }

  /**
   * Loads the probe and attaches it. On any failure nothing stays in the kernel.
   *
   * @throws DropWatchException if this machine does not allow it
   * @throws io.dropwatch.pcapfilter.FilterSyntaxException if the filter has a name that is unknown
   * @throws IllegalStateException if the selection has noise rules other than the default ones and
   *     none, or two calls contradict each other
   */
  public DropCounter start() {
    Selection selection = selected();
    if (!selection.noiseRules().isEmpty() && !selection.noiseRules().equals(NoiseRule.DEFAULTS)) {
      throw new IllegalStateException(
          "a counter counts without noise rules, and was given some: leave them out, or use a"
              + " DropWatcher");
    }
    return new DropCounter(
        DropWatchException.translated(
            () -> Counting.open(selection, bpfObject, maxKinds, onWarning)));
  }
}
