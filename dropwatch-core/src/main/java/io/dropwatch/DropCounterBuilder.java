package io.dropwatch;

import io.dropwatch.internal.watch.Counting;
import io.dropwatch.internal.watch.FilterExpression;
import io.dropwatch.internal.watch.Selection;
import io.dropwatch.internal.watch.Session;
import io.dropwatch.model.DropCounts;
import io.dropwatch.pcapfilter.FilterOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link DropCounter} counts. Whatever is not set: every drop of every device. Not
 * thread-safe; may be used again after {@link #start}.
 */
public final class DropCounterBuilder {
  private static final int MOST_KINDS = 1 << 20;

  private @Nullable FilterExpression filter;
  private List<String> devices = List.of();
  private List<String> excludedDevices = List.of();
  private @Nullable Path bpfObject;
  private int maxKinds = 8192;
  private Consumer<String> onWarning = Session::log;

  DropCounterBuilder() {}

  /** As {@link DropWatcherBuilder#filter(String)}. */
  public DropCounterBuilder filter(@Nullable String expression) {
    return filter(expression, FilterOptions.DEFAULT);
  }

  /** As {@link DropWatcherBuilder#filter(String, FilterOptions)}. */
  public DropCounterBuilder filter(@Nullable String expression, FilterOptions options) {
    this.filter = FilterExpression.of(expression, options);
    return this;
  }

  /** As {@link DropWatcherBuilder#devices}. */
  public DropCounterBuilder devices(String... names) {
    this.devices = List.of(names);
    return this;
  }

  /** As {@link DropWatcherBuilder#excludedDevices}. */
  public DropCounterBuilder excludedDevices(String... names) {
    this.excludedDevices = List.of(names);
    return this;
  }

  /** As {@link DropWatcherBuilder#bpfObject}. */
  public DropCounterBuilder bpfObject(@Nullable Path file) {
    this.bpfObject = file;
    return this;
  }

  /**
   * How many kinds of drops are told apart at most; drops of further kinds are counted as {@link
   * DropCounts#overflow}. Each takes about 200 bytes of kernel memory, and 8 more for each CPU.
   *
   * @param kinds 1 to 1,048,576; 8192 by default
   */
  public DropCounterBuilder maxKinds(int kinds) {
    if (kinds < 1 || kinds > MOST_KINDS) {
      throw DropWatchException.usage(
          "a number of kinds cannot be %d: give 1 to %d".formatted(kinds, MOST_KINDS));
    }
    this.maxKinds = kinds;
    return this;
  }

  /**
   * Called on the thread of {@link #start}, before anything is in the kernel, for each known trap
   * that the filter walks into. Without it the System.Logger {@code io.dropwatch} gets them.
   */
  public DropCounterBuilder onWarning(Consumer<String> handler) {
    this.onWarning = Objects.requireNonNull(handler, "handler");
    return this;
  }

  /**
   * Loads the probe and attaches it. On any failure nothing stays in the kernel.
   *
   * @throws DropWatchException if what was asked for makes no sense (kind USAGE), or the machine
   *     lacks what it takes (kind ENVIRONMENT)
   * @throws io.dropwatch.pcapfilter.FilterSyntaxException if the filter is not one
   */
  public DropCounter start() {
    return new DropCounter(
        Counting.open(
            new Selection(filter, devices, excludedDevices, bpfObject), maxKinds, onWarning));
  }
}
