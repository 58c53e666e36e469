package io.dropwatch;

import io.dropwatch.internal.watch.Selection;
import io.dropwatch.model.NoiseRule;
import io.dropwatch.pcapfilter.FilterOptions;
import io.dropwatch.pcapfilter.SkbFilter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which drops are wanted: filter, devices and noise rules as one value, for {@link DropWatcher},
 * {@link DropCounter} and {@link DropReplay} alike.
 *
 * <pre>{@code
 * DropSelection web = DropSelection.builder().filter("tcp port 443").devices("eth0").build();
 * DropWatcher.builder().selection(web).onEvent(this::analyze).start();
 * DropReplay.builder().selection(web).onEvent(this::analyze).open(recording);
 * }</pre>
 *
 * <p>Immutable. It holds names: {@code start()} resolves devices and hosts, each time.
 */
public final class DropSelection {
  /** Every drop that is not noise. */
  public static final DropSelection ALL = builder().build();

  private final Selection selection;

  DropSelection(Selection selection) {
    this.selection = selection;
  }

  /** Returns a builder that selects every drop that is not noise. */
  public static DropSelectionBuilder builder() {
    return new DropSelectionBuilder();
  }

  /** Returns a builder that begins with this selection. */
  public DropSelectionBuilder toBuilder() {
    return builder().selection(this);
  }

  Selection internal() {
    return selection;
  }

  /** Returns the filter expression; null without one. */
  public @Nullable String filter() {
    return selection.filter() == null ? null : selection.filter().text();
  }

  /**
   * Compiles the filter as {@code start()} does, without a kernel and without privileges: what this
   * accepts has room in the probe. Names and devices are those of the calling thread's network
   * namespace at this moment.
   *
   * @return the filter, with its {@link SkbFilter#warnings}; null without one
   * @throws io.dropwatch.pcapfilter.FilterSyntaxException if a name in it is unknown
   * @throws DropWatchException with the code FILTER_TOO_LARGE
   */
  public @Nullable SkbFilter compileFilter() {
    return DropWatchException.translated(selection::compiledFilter);
  }

  /** Returns the options of the filter; the defaults without a filter. */
  public FilterOptions filterOptions() {
    return selection.filter() == null ? FilterOptions.DEFAULT : selection.filter().options();
  }

  /** Returns the names of the only devices that are wanted; empty: all. */
  public List<String> devices() {
    return selection.devices();
  }

  /** Returns the names of the devices that are not wanted. */
  public List<String> excludedDevices() {
    return selection.excludedDevices();
  }

  /** Returns the noise rules. */
  public List<NoiseRule> noiseRules() {
    return selection.noiseRules();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof DropSelection that && selection.equals(that.selection);
  }

  @Override
  public int hashCode() {
    return selection.hashCode();
  }

  @Override
  public String toString() {
    return "DropSelection[filter=%s, devices=%s, excludedDevices=%s, noiseRules=%s]"
        .formatted(filter(), devices(), excludedDevices(), noiseRules());
  }
}
